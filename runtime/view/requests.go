package view

import (
	"container/heap"
	"time"

	"github.com/pullmode/operator/runtime/request"
)

// Request finds an open request by its id; nil when there is none.
func (v *View) Request(id string) *Entry {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.byID[id]
}

// Slot finds an open request by its key; nil when there is none.
func (v *View) Slot(key string) *Entry {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.bySlot[key]
}

// Requests are the open requests of the lists that pass keep, oldest first,
// beginning behind the id after, at most limit of them. More says that there are
// others behind them.
func (v *View) Requests(lists []string, keep func(*request.Document) bool, after string, limit int) (found []*request.Document, more bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	each := v.merged(lists, after)
	for e := each(); e != nil; e = each() {
		if !keep(e.Doc) {
			continue
		}
		if len(found) == limit {
			return found, true
		}
		found = append(found, e.Doc)
	}
	return found, false
}

// merged walks several lists at once in order of arrival.
func (v *View) merged(lists []string, after string) func() *Entry {
	h := &heads{}
	for _, name := range lists {
		if l := v.byList[name]; l != nil {
			h.add(l, after)
		}
	}
	heap.Init(h)
	return func() *Entry {
		if h.Len() == 0 {
			return nil
		}
		first := (*h)[0]
		e := first.entries[0]
		if first.advance() {
			heap.Fix(h, 0)
		} else {
			heap.Pop(h)
		}
		return e
	}
}

// head is where a walk stands in one list. It reads ahead a piece at a time.
type head struct {
	list    *listing
	entries []*Entry
}

const readAhead = 64

func (h *head) fill(after string) bool {
	h.entries = h.entries[:0]
	pivot := &Entry{Doc: &request.Document{ID: after}}
	h.list.arrival.AscendGreaterOrEqual(pivot, func(e *Entry) bool {
		if e.Doc.ID != after {
			h.entries = append(h.entries, e)
		}
		return len(h.entries) < readAhead
	})
	return len(h.entries) > 0
}

func (h *head) advance() bool {
	last := h.entries[0].Doc.ID
	h.entries = h.entries[1:]
	return len(h.entries) > 0 || h.fill(last)
}

type heads []*head

func (h *heads) add(l *listing, after string) {
	first := &head{list: l}
	if first.fill(after) {
		*h = append(*h, first)
	}
}
func (h heads) Len() int           { return len(h) }
func (h heads) Less(i, j int) bool { return h[i].entries[0].Doc.ID < h[j].entries[0].Doc.ID }
func (h heads) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *heads) Push(x any)        { *h = append(*h, x.(*head)) }
func (h *heads) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}

// Joined are the open requests that an agent is a member of, in no order.
func (v *View) Joined(agent string) []*request.Document {
	v.mu.RLock()
	defer v.mu.RUnlock()
	docs := make([]*request.Document, 0, len(v.byMember[agent]))
	for _, e := range v.byMember[agent] {
		docs = append(docs, e.Doc)
	}
	return docs
}

// Counts is how many requests of a list are open in each state.
func (v *View) Counts(list string) map[request.State]int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	counts := map[request.State]int{}
	if l := v.byList[list]; l != nil {
		for state, n := range l.counts {
			counts[state] = n
		}
	}
	return counts
}

// Lists names every list that has, or has had, open requests here.
func (v *View) Lists() []string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	names := make([]string, 0, len(v.byList))
	for name := range v.byList {
		names = append(names, name)
	}
	return names
}

// Silent is the open request of a list whose customer has been silent for the
// longest, and since when; empty when none is open.
func (v *View) Silent(list string) (id string, since time.Time) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if l := v.byList[list]; l != nil {
		if e, ok := l.silence.Min(); ok {
			return e.Doc.ID, e.Doc.LastCustomerAt
		}
	}
	return "", time.Time{}
}
