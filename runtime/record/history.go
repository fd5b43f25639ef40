package record

import (
	"cmp"
	"slices"

	"github.com/pullmode/operator/runtime/request"
)

// at is a place as it is compared: epochs as they appear, then revisions.
type at struct {
	epoch    int
	revision int64
	n        int
}

func (a at) compare(b at) int {
	return cmp.Or(cmp.Compare(a.epoch, b.epoch), cmp.Compare(a.revision, b.revision), cmp.Compare(a.n, b.n))
}

// history is what a record says of one request.
type history struct {
	id       string
	steps    []step
	messages int
	last     *request.Document // of the latest step
	lastAt   at
}

// step is one change, as much of it as has to be remembered.
type step struct {
	at
	version     int64
	from, state request.State
	members     []string
	released    []string
}

func (h *history) add(where at, doc *request.Document) {
	s := step{at: where, version: doc.Version, from: doc.Last.From, state: doc.State, members: doc.Agents(), released: doc.Last.Released}
	h.steps = append(h.steps, s)
	if h.last == nil || h.lastAt.compare(where) < 0 {
		h.last, h.lastAt = doc, where
	}
}

func (h *history) sort() {
	slices.SortFunc(h.steps, func(x, y step) int { return x.compare(y.at) })
}

// stay is when the request was open within the last epoch that tells of it: from,
// or nil when the record does not tell, to nil when it was not closed.
func (h *history) stay() (from, to *at) {
	for i, s := range h.steps {
		if s.epoch != h.lastAt.epoch {
			continue
		}
		if s.version == 1 {
			from = &h.steps[i].at
		}
		if s.state == request.Closed && to == nil {
			to = &h.steps[i].at
		}
	}
	return from, to
}
