package view

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/google/btree"

	"github.com/pullmode/operator/runtime/request"
)

// ClockScope is the clocks that one threshold is for: those of a kind, of a list or
// a channel (C9).
type ClockScope struct {
	Kind  request.Kind
	Scope string
}

// ticking is one running clock: the nth of a document. There are one or two a
// request, so it is kept small, and the rest of it is read from the document.
type ticking struct {
	start int64 // in milliseconds, as documents count
	doc   *request.Document
	n     int32
}

// earlier puts clocks in the order of their starts. A request that is being closed
// is under both of its keys for a moment, and so are the wrap-ups it waits for.
func earlier(a, b ticking) bool {
	switch {
	case a.start != b.start:
		return a.start < b.start
	case a.doc.ID != b.doc.ID:
		return a.doc.ID < b.doc.ID
	case a.n != b.n:
		return a.n < b.n
	}
	return a.doc.Open() && !b.doc.Open()
}

// clocks are the running clocks, in order of their starts: of one threshold the
// first to start is the first to end.
type clocks map[ClockScope]*btree.BTreeG[ticking]

func (c clocks) start(d *request.Document) {
	for n, clock := range d.Clocks() {
		at := ClockScope{Kind: clock.Kind, Scope: clock.Scope}
		if c[at] == nil {
			c[at] = btree.NewG(degree, earlier)
		}
		c[at].ReplaceOrInsert(ticking{start: clock.Start.UnixMilli(), doc: d, n: int32(n)})
	}
}

func (c clocks) stop(d *request.Document) {
	for n, clock := range d.Clocks() {
		at := ClockScope{Kind: clock.Kind, Scope: clock.Scope}
		if running := c[at]; running != nil {
			running.Delete(ticking{start: clock.Start.UnixMilli(), doc: d, n: int32(n)})
			if running.Len() == 0 {
				delete(c, at)
			}
		}
	}
}

// ClockScopes are those that have a clock running, in order.
func (v *View) ClockScopes() []ClockScope {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return slices.SortedFunc(maps.Keys(v.clocks), func(a, b ClockScope) int {
		if c := strings.Compare(string(a.Kind), string(b.Kind)); c != 0 {
			return c
		}
		return strings.Compare(a.Scope, b.Scope)
	})
}

// Earliest is the running clock of a kind and scope that started first, and the
// request that it is of; ok is false when none is running. The request is open, or
// one that is closed and waits for a wrap-up (C5).
func (v *View) Earliest(kind request.Kind, scope string) (id string, clock request.Clock, ok bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	running := v.clocks[ClockScope{Kind: kind, Scope: scope}]
	if running == nil {
		return "", request.Clock{}, false
	}
	first, _ := running.Min() // there is no empty tree
	return first.doc.ID, first.doc.Clocks()[first.n], true
}

// putClosed takes note of the wrap-ups that a closed request still waits for (T33),
// and of nothing else of it.
func (v *View) putClosed(key string, value []byte) error {
	v.removeClosed(key)
	var closed struct {
		ID      string            `json:"id"`
		List    string            `json:"list"`
		WrapUps []request.Wrapped `json:"wrapUps"`
	}
	if err := json.Unmarshal(value, &closed); err != nil {
		return err
	}
	awaited := slices.DeleteFunc(closed.WrapUps, func(w request.Wrapped) bool { return w.AppliedAt != nil })
	if len(awaited) > 0 {
		d := &request.Document{ID: closed.ID, List: closed.List, State: request.Closed, WrapUps: awaited}
		v.closed[key] = d
		v.clocks.start(d)
	}
	return nil
}

func (v *View) removeClosed(key string) {
	if d := v.closed[key]; d != nil {
		delete(v.closed, key)
		v.clocks.stop(d)
	}
}
