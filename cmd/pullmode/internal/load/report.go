package load

import "time"

// Report is what came of a load.
type Report struct {
	StartedAt time.Time `json:"startedAt"`
	Seconds   float64   `json:"seconds"`
	Binding   string    `json:"binding"`
	Agents    int       `json:"agents"`
	Lists     int       `json:"lists"`
	Mix       Mix       `json:"mix"`
	// Rate is how many requests were opened a second.
	Rate   float64 `json:"requestsPerSecond"`
	Opened int64   `json:"requests"`
	// Starved are requests that were not opened because no customer was free.
	Starved int64 `json:"starved,omitempty"`
	// Received are the events that all agents were told of; others' than this load's
	// among them.
	Received int64 `json:"received"`
	Verdict

	// Notification is from when a customer's message was posted to when an agent was
	// told of it, over connections that were there by then. AfterBreaks is the same of
	// what came once there was one again. With --find-max they are of the last step.
	Notification Percentiles `json:"notification"`
	AfterBreaks  Percentiles `json:"afterBreaks"`
	// Commands are calls from when they were made to their answers, by kind.
	// BrokenCommands are those that a break was in the midst of.
	Commands       map[string]Percentiles `json:"commands"`
	BrokenCommands Percentiles            `json:"brokenCommands"`
	// Failed are calls that were given up, by kind and reason.
	Failed map[string]int64 `json:"failed,omitempty"`

	// Drops are connections that agents lost, CutOff those that the runtime ended while
	// it ran.
	Drops  int64 `json:"drops"`
	CutOff int64 `json:"cutOff"`
	// Restarts are the times, in milliseconds, from a kill of the runtime to the last
	// agent's being connected again.
	Restarts []float64 `json:"restartsMs,omitempty"`
	Usage

	// Highest is what --find-max found.
	Highest *Highest `json:"highest,omitempty"`
}

// Usage is what was used of the machine, over all or over a step. What the runtime
// uses is missing where its metrics cannot be read.
type Usage struct {
	// RuntimeCPU and OwnCPU are processors, on average.
	RuntimeCPU float64 `json:"runtimeCPU,omitempty"`
	OwnCPU     float64 `json:"ownCPU"`
	Processors int     `json:"processors"`
	// PerDelivery is what the runtime used for each delivery, all that it did counted,
	// in microseconds of a processor.
	PerDelivery float64 `json:"runtimeCPUPerDeliveryUs,omitempty"`
	// Memory is what the runtime holds in the end, in bytes.
	Memory int64 `json:"runtimeMemoryBytes,omitempty"`
	// CommitP99 and FeedDelayP99 are the runtime's own figures, in milliseconds: to make
	// a command durable, and from a decision to its event being written.
	CommitP99    float64 `json:"commitP99Ms,omitempty"`
	FeedDelayP99 float64 `json:"feedDelayP99Ms,omitempty"`
}

// Clean says that nothing is wrong.
func (r *Report) Clean() bool { return r.Verdict.Clean() && len(r.Failed) == 0 }
