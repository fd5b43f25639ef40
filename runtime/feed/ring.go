package feed

import "sort"

// Ring holds the recent events, whole revisions only. It is not safe for
// concurrent use: whoever orders events owns it.
type Ring struct {
	items []Item
	// floor: every event of a revision above it is here.
	floor int64
	// limit bounds the memory: when there are more events, the oldest go early.
	limit int
}

// NewRing makes a ring that knows every event after the revision floor, and
// keeps at most limit of them.
func NewRing(floor int64, limit int) *Ring { return &Ring{floor: floor, limit: limit} }

// Append takes the events of whole revisions.
func (r *Ring) Append(items []Item) {
	r.items = append(r.items, items...)
	if len(r.items) > r.limit {
		r.Trim(r.items[len(r.items)-r.limit-1].Revision)
	}
}

// Trim forgets the events up to and with a revision.
func (r *Ring) Trim(revision int64) {
	if revision <= r.floor {
		return
	}
	r.floor = revision
	rest := r.items[r.after(revision):]
	// Copied when most of it is garbage, so that memory follows what is kept.
	if cap(rest) > 4*len(rest) || len(rest) < len(r.items)/2 {
		rest = append([]Item(nil), rest...)
	}
	r.items = rest
}

// Since gives the events after a revision; ok is false when some of them are
// gone.
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
