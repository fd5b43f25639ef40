package request

import "time"

// Clock is one deadline of a request, without its threshold: that is the
// configuration's, so that a changed one holds for open requests at once (C9).
type Clock struct {
	// Kind is the command that it ends in.
	Kind Kind
	// Scope names whose threshold counts: a list (Expire, ResponseTimeout,
	// WrapUpTimeout), a channel (CustomerTimeout), or nobody's in particular (Lapse).
	Scope string
	// Start is when it began to run.
	Start time.Time
	// Target is the agent or the offer that it is about.
	Target string
}

// Clocks are what runs for a request. Closing stops all but the wrap-ups (C5).
func (d *Document) Clocks() []Clock {
	var clocks []Clock
	for _, w := range d.WrapUps {
		if w.AppliedAt == nil {
			clocks = append(clocks, Clock{Kind: WrapUpTimeout, Scope: d.List, Start: w.Since, Target: w.Agent})
		}
	}
	if !d.Open() {
		return clocks
	}
	clocks = append(clocks, Clock{Kind: Expire, Scope: d.List, Start: d.LastCustomerAt})
	if since, runs := d.awaitsCustomer(); runs {
		clocks = append(clocks, Clock{Kind: CustomerTimeout, Scope: d.Channel, Start: since})
	}
	if since, runs := d.unanswered(); runs && d.State == Active {
		clocks = append(clocks, Clock{Kind: ResponseTimeout, Scope: d.List, Start: since})
	}
	for _, o := range d.Offers {
		clocks = append(clocks, Clock{Kind: Lapse, Start: o.At, Target: o.ID})
	}
	return clocks
}

// unanswered is since when the members owe the customer an answer: since the
// oldest unanswered message, or the last join (T24).
func (d *Document) unanswered() (since time.Time, waits bool) {
	if d.WaitingSince == nil {
		return time.Time{}, false
	}
	since = *d.WaitingSince
	if d.LastJoinedAt != nil && d.LastJoinedAt.After(since) {
		since = *d.LastJoinedAt
	}
	return since, true
}

// awaitsCustomer is since when an agent waits for the customer's answer (C7).
func (d *Document) awaitsCustomer() (since time.Time, waits bool) {
	if d.WaitingSince != nil || d.LastAgentAt == nil {
		return time.Time{}, false
	}
	return *d.LastAgentAt, true
}
