package view

import (
	"strings"
	"time"

	"github.com/google/btree"

	"github.com/pullmode/operator/runtime/request"
)

// listing is the open requests of one list, in order of arrival: all of them, and
// those that nobody has joined yet. waiting has those whose customers wait for an
// answer, who has waited longest first.
type listing struct {
	arrival, unread, waiting *btree.BTreeG[*Entry]
	counts                   map[request.State]int
}

// degree is that of the trees: nodes of 32 to 64.
const degree = 32

func newListing() *listing {
	arrived := func(a, b *Entry) bool { return a.Doc.ID < b.Doc.ID }
	waited := func(a, b *Entry) bool {
		if c := a.Doc.WaitingSince.Compare(*b.Doc.WaitingSince); c != 0 {
			return c < 0
		}
		return strings.Compare(a.Doc.ID, b.Doc.ID) < 0
	}
	return &listing{
		arrival: btree.NewG(degree, arrived), unread: btree.NewG(degree, arrived), waiting: btree.NewG(degree, waited),
		counts: map[request.State]int{},
	}
}

func (l *listing) add(e *Entry) {
	l.arrival.ReplaceOrInsert(e)
	l.counts[e.Doc.State]++
	if e.Doc.State == request.Unread {
		l.unread.ReplaceOrInsert(e)
	}
	if e.Doc.WaitingSince != nil {
		l.waiting.ReplaceOrInsert(e)
	}
}

func (l *listing) drop(e *Entry) {
	l.arrival.Delete(e)
	l.counts[e.Doc.State]--
	if e.Doc.State == request.Unread {
		l.unread.Delete(e)
	}
	if e.Doc.WaitingSince != nil {
		l.waiting.Delete(e)
	}
}

// Longest says since when the oldest request of a list has been open that nobody has
// joined yet, and since when the customer has waited who has waited longest for an
// answer; zero where there is none.
func (v *View) Longest(list string) (unread, unanswered time.Time) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	l := v.byList[list]
	if l == nil {
		return unread, unanswered
	}
	if e, some := l.unread.Min(); some {
		unread = e.Doc.OpenedAt
	}
	if e, some := l.waiting.Min(); some {
		unanswered = *e.Doc.WaitingSince
	}
	return unread, unanswered
}
