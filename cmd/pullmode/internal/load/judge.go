package load

import (
	"fmt"
	"slices"
)

// Verdict is what comes of holding what every agent was told against what was
// published to them. All of it has to be 0, but Gaps.
type Verdict struct {
	// Lost are events that an agent was never told of; Duplicates came to them more
	// than once; OrderErrors came before one that precedes them, by the versions of
	// their request or by the order that others on the list were told (N4, N7, R1, R4).
	Lost        int `json:"lost"`
	Duplicates  int `json:"duplicates"`
	OrderErrors int `json:"orderErrors"`
	// Strays are messages that came to agents who are not in the request (N1).
	Strays int `json:"strays"`
	// Views are agents whose view of their list is not what the runtime says in the end.
	Views int `json:"viewsThatDiffer"`
	// Gaps are how often an agent was told that history cannot be given. What was in
	// the snapshot that followed is not lost.
	Gaps int `json:"gaps"`
	// Published is how many deliveries there should have been, Delivered how many there were.
	Published int `json:"published"`
	Delivered int `json:"delivered"`
	// Examples are a few of what is wrong, for whoever looks for the cause.
	Examples []string `json:"examples,omitempty"`
}

// Clean says that nothing is wrong.
func (v *Verdict) Clean() bool {
	return v.Lost+v.Duplicates+v.OrderErrors+v.Strays+v.Views == 0
}

func (v *Verdict) example(format string, args ...any) {
	if len(v.Examples) < 10 {
		v.Examples = append(v.Examples, fmt.Sprintf(format, args...))
	}
}

// judge holds every agent to what was published to them.
func (r *run) judge() *Verdict {
	v := &Verdict{}
	for list, agents := range r.byList {
		events := r.ledgers[list].all()
		ours := r.ofOurs(events)
		order := agents[0].account.places(len(events))
		for _, a := range agents {
			v.list(a, events, ours, order)
			v.private(a)
		}
	}
	return v
}

// missing says how many deliveries are still to come.
func (r *run) missing() (n int) {
	for list, agents := range r.byList {
		ours := r.ofOurs(r.ledgers[list].all())
		for _, a := range agents {
			n += a.account.missing(ours)
		}
	}
	return n
}

// ofOurs says which events are of requests of this run: others may use the runtime, too.
func (r *run) ofOurs(events []key) []bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	ours := make([]bool, len(events))
	for i, e := range events {
		ours[i] = r.ours[e.request]
	}
	return ours
}

// places are where events stand in what the agent was told; -1 where they do not.
func (a *account) places(n int) []int {
	a.mu.Lock()
	defer a.mu.Unlock()
	at := slices.Repeat([]int{-1}, n)
	for i, place := range a.sequence {
		if place != gap && int(place) < n {
			at[place] = i
		}
	}
	return at
}

func (a *account) missing(ours []bool) (n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.gaps == 0 { // what a gap has hidden is not waited for
		for i, our := range ours {
			if our && !a.had.get(int32(i)) {
				n++
			}
		}
	}
	for id := range a.owed {
		if a.messages[id] == 0 {
			n++
		}
	}
	return n
}

// list judges what an agent was told of their list. order is where the first agent of
// the list was told of each event.
func (v *Verdict) list(a *agent, events []key, ours []bool, order []int) {
	acc := a.account
	acc.mu.Lock()
	defer acc.mu.Unlock()
	v.Gaps += acc.gaps
	v.Duplicates += acc.again
	if acc.again > 0 {
		v.example("%s was told %d events twice", a.name, acc.again)
	}
	hidden, last, version, afterGap := make([]bool, len(events)), -1, map[string]int64{}, false
	for _, place := range acc.sequence {
		if place == gap {
			afterGap = true
			continue
		}
		if int(place) >= len(events) {
			continue // of others, and later than the judgement
		}
		e := events[place]
		if e.version <= version[e.request] || (order[place] >= 0 && order[place] < last) {
			v.OrderErrors++
			v.example("%s was told of version %d of %s too late", a.name, e.version, e.request)
		}
		version[e.request] = e.version
		if at := order[place]; at >= 0 {
			if afterGap {
				hide(hidden, order, last, at)
			}
			last, afterGap = max(last, at), false
		}
	}
	if afterGap {
		hide(hidden, order, last, len(acc.sequence)+len(events))
	}
	for i, our := range ours {
		switch {
		case !our:
		case acc.had.get(int32(i)):
			v.Published++
			v.Delivered++
		case hidden[i]:
		default:
			v.Published++
			v.Lost++
			v.example("%s was never told of version %d of %s", a.name, events[i].version, events[i].request)
		}
	}
}

// hide notes the events between two places of the order: they were before a snapshot.
func hide(hidden []bool, order []int, from, to int) {
	for i, at := range order {
		if at > from && at < to {
			hidden[i] = true
		}
	}
}

// private judges the messages of requests that an agent is in.
func (v *Verdict) private(a *agent) {
	acc := a.account
	acc.mu.Lock()
	defer acc.mu.Unlock()
	for id := range acc.owed {
		v.Published++
		if acc.messages[id] > 0 {
			v.Delivered++
			continue
		}
		v.Lost++
		v.example("%s never got message %s of a request that they were in", a.name, id)
	}
	for id, times := range acc.messages {
		if times > 1 {
			v.Duplicates += times - 1
			v.example("%s got message %s %d times", a.name, id, times)
		}
		if !acc.owed[id] && a.run.surely(id) {
			v.Strays++
			v.example("%s got message %s of a request that they were not in", a.name, id)
		}
	}
}
