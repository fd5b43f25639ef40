package view

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/btree"

	"github.com/pullmode/operator/runtime/request"
)

// ClockScope is the clocks that one threshold is for: those of a kind, of a list or
// a channel (C9).
type ClockScope struct {
	Kind  request.Kind
	Scope string
}

// ticking is one running clock. A request has one or two, so it is kept small: what
// is not here stands in its ClockScope.
type ticking struct {
	start  time.Time
	id     string
	target string
	// closed clocks are a closed request's: while it moves from one key to the other
	// both have it.
	closed bool
}

func earlier(a, b ticking) bool {
	switch {
	case !a.start.Equal(b.start):
		return a.start.Before(b.start)
	case a.id != b.id:
		return a.id < b.id
	case a.target != b.target:
		return a.target < b.target
	}
	return !a.closed && b.closed
}

// clocks are the running clocks, in order of their starts: of one threshold the
// first to start is the first to end.
type clocks map[ClockScope]*btree.BTreeG[ticking]

func (c clocks) start(d *request.Document) {
	for _, clock := range d.Clocks() {
		at := ClockScope{Kind: clock.Kind, Scope: clock.Scope}
		if c[at] == nil {
			c[at] = btree.NewG(degree, earlier)
		}
		c[at].ReplaceOrInsert(tick(d, clock))
	}
}

func (c clocks) stop(d *request.Document) {
	for _, clock := range d.Clocks() {
		at := ClockScope{Kind: clock.Kind, Scope: clock.Scope}
		running := c[at]
		if running == nil {
			continue
		}
		running.Delete(tick(d, clock))
		if running.Len() == 0 {
			delete(c, at)
		}
	}
}

func tick(d *request.Document, c request.Clock) ticking {
	return ticking{start: c.Start, id: d.ID, target: c.Target, closed: !d.Open()}
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
	first, ok := running.Min()
	return first.id, request.Clock{Kind: kind, Scope: scope, Start: first.start, Target: first.target}, ok
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
