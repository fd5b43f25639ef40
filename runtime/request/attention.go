package request

import "time"

// Coverage says whether somebody looks after the customer's unanswered message.
type Coverage string

// The coverages (semantics.md, attention overlay).
const (
	RepNeeded Coverage = "RepNeeded"
	Pending   Coverage = "Pending"
	Covered   Coverage = "None"
)

// Bucket says how long the customer has waited for an answer.
type Bucket string

// The waiting buckets.
const (
	Normal  Bucket = "Normal"
	Soon    Bucket = "Soon"
	Overdue Bucket = "Overdue"
)

// Attention is computed when it is shown, from the original start and the
// thresholds of now; it is neither stored nor an event.
type Attention struct {
	Coverage Coverage `json:"coverage"`
	Bucket   Bucket   `json:"bucket"`
}

// Attend says what attention the request needs at a moment.
func (d *Document) Attend(now time.Time, soonAfter, overdueAfter time.Duration) Attention {
	if !d.Open() || d.WaitingSince == nil {
		return Attention{Coverage: Covered, Bucket: Normal}
	}
	a := Attention{Coverage: RepNeeded, Bucket: Normal}
	if len(d.Members) > 0 {
		a.Coverage = Pending
	}
	a.Bucket = BucketOf(now.Sub(*d.WaitingSince), soonAfter, overdueAfter)
	return a
}

// BucketOf says in which bucket a wait is. "More than" is strict: exactly soonAfter
// is still normal (C2).
func BucketOf(waited, soonAfter, overdueAfter time.Duration) Bucket {
	switch {
	case waited > overdueAfter:
		return Overdue
	case waited > soonAfter:
		return Soon
	}
	return Normal
}
