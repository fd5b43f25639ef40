package feed

import "sort"

// Ring holds the recent events, whole revisions only. It is not safe for
// concurrent use: whoever orders events owns it.
type Ring struct {
	items []Item
	// floor: every event of a revision above it is here.
	floor int64
	// bytes is what the events weigh.
	bytes int
	// Both limits bound the memory: beyond them the oldest events go early.
	maxEvents, maxBytes int
}

// NewRing makes a ring that knows every event after the revision floor, and
// keeps at most so many of them, and so many bytes of their data.
func NewRing(floor int64, maxEvents, maxBytes int) *Ring {
	return &Ring{floor: floor, maxEvents: maxEvents, maxBytes: maxBytes}
}

// Append takes the events of whole revisions.
func (r *Ring) Append(items []Item) {
	r.items = append(r.items, items...)
	for _, item := range items {
		r.bytes += len(item.Data)
	}
	over, bytes := len(r.items)-r.maxEvents, r.bytes
	n := 0
	for ; n < over || bytes > r.maxBytes; n++ {
		bytes -= len(r.items[n].Data)
	}
	if n > 0 {
		r.Trim(r.items[n-1].Revision)
	}
}

// Trim forgets the events up to and with a revision.
func (r *Ring) Trim(revision int64) {
	if revision <= r.floor {
		return
	}
	r.floor = revision
	n := r.after(revision)
	for _, item := range r.items[:n] {
		r.bytes -= len(item.Data)
	}
	clear(r.items[:n]) // their data goes now, the array below
	rest := r.items[n:]
	if cap(rest) > 4*len(rest) {
		rest = append([]Item(nil), rest...)
	}
	r.items = rest
}

// Since gives the events after a revision, to be used before the ring changes; ok
// is false when some of them are gone.
func (r *Ring) Since(revision int64) (items []Item, ok bool) {
	if revision < r.floor {
		return nil, false
	}
	return r.items[r.after(revision):], true
}

// Floor is the lowest revision that Since can be asked for.
func (r *Ring) Floor() int64 { return r.floor }

// Len is how many events are held.
func (r *Ring) Len() int { return len(r.items) }

// after is the index of the first event behind a revision.
func (r *Ring) after(revision int64) int {
	return sort.Search(len(r.items), func(i int) bool { return r.items[i].Revision > revision })
}
