package view

import (
	"container/heap"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/request"
)

// Requests are the open requests of the lists, oldest first.
func (v *View) Requests(lists []string) (found []*request.Document) {
	v.Walk(lists, "", func(e *Entry, _ *keyspace.CustomerRecord) bool {
		found = append(found, e.Doc)
		return true
	})
	return found
}

// Walk visits the open requests of the lists, oldest first, beginning behind the id
// after, until visit says no. With each comes whether its customer is there; nil
// where nobody has said. visit must not ask the view anything: it is held still.
func (v *View) Walk(lists []string, after string, visit func(*Entry, *keyspace.CustomerRecord) bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	each := v.merged(lists, after)
	for e := each(); e != nil; e = each() {
		if !visit(e, v.customers[place(e.Key, keyspace.Slots)]) {
			return
		}
	}
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
