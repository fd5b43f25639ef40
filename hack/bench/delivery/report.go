package main

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// report is what was measured.
type report struct {
	Agents, Rounds, Events, Rate, Idle int
	// Bytes is how large a message of one event is.
	Bytes int
	// Delivery is the CPU time of a server for an event to one agent, by round.
	Delivery map[string][]time.Duration
	// Messages is how many messages the runtime's events came in, over all rounds.
	Messages int64
	// Post is the runtime's CPU time for an event that goes to nobody, by round: to
	// authenticate, decide and store it, which the bare servers do not.
	Post []time.Duration
	// Connection is the memory of an idle connection, in bytes.
	Connection map[string]int64
}

func median[N int64 | float64 | time.Duration](of []N) N {
	sorted := slices.Sorted(slices.Values(of))
	if len(sorted) == 0 {
		return 0
	}
	return sorted[len(sorted)/2]
}

// ratio is the median over the rounds of the runtime's delivery to another's. With
// less, what a post costs without any delivery is taken off.
func (r report) ratio(to string, less bool) float64 {
	var ratios []float64
	for i, d := range r.Delivery[kindRuntime] {
		if less {
			d -= r.Post[i] / time.Duration(r.Agents)
		}
		ratios = append(ratios, float64(d)/float64(r.Delivery[to][i]))
	}
	return median(ratios)
}

func (r report) print(w io.Writer) {
	fmt.Fprintf(w, "%d rounds of %d events at %d a second, to %d agents each, %d bytes a message; medians\n\n", r.Rounds, r.Events, r.Rate, r.Agents, r.Bytes)
	fmt.Fprintf(w, "%-10s %18s %22s\n", "server", "CPU per delivery", "memory per idle conn.")
	for _, kind := range kinds {
		fmt.Fprintf(w, "%-10s %18s %20.1f KiB\n", kind, median(r.Delivery[kind]).Round(10*time.Nanosecond), float64(r.Connection[kind])/1024)
	}
	fmt.Fprintln(w)
	for _, to := range []string{kindLoop, kindPumps} {
		fmt.Fprintf(w, "runtime to %-6s CPU %.2f (%.2f without what a post costs), memory %.2f\n", to, r.ratio(to, false), r.ratio(to, true),
			float64(r.Connection[kindRuntime])/float64(max(1, r.Connection[to])))
	}
	events := float64(r.Rounds * r.Events * r.Agents)
	fmt.Fprintf(w, "a post that goes to nobody: CPU %s; %.2f events in a message of the runtime's\n", median(r.Post).Round(time.Microsecond), events/float64(r.Messages))
}
