package feed

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func items(revisions ...int64) []Item {
	var items []Item
	for _, r := range revisions {
		items = append(items, Item{Revision: r, Data: []byte("{}")})
	}
	return items
}

func revisions(items []Item) []int64 {
	var revisions []int64
	for _, i := range items {
		revisions = append(revisions, i.Revision)
	}
	return revisions
}

func TestRing(t *testing.T) {
	for name, tc := range map[string]struct {
		limit int
		do    func(*Ring)
		since int64
		want  []int64
		gone  bool
	}{
		"everything":                       {10, func(*Ring) {}, 5, []int64{6, 6, 8}, false},
		"behind a cursor":                  {10, func(*Ring) {}, 6, []int64{8}, false},
		"behind a revision without events": {10, func(*Ring) {}, 7, []int64{8}, false},
		"nothing new":                      {10, func(*Ring) {}, 8, nil, false},
		"before the floor":                 {10, func(*Ring) {}, 4, nil, true},
		"trimmed":                          {10, func(r *Ring) { r.Trim(6) }, 6, []int64{8}, false},
		"trimmed, from before":             {10, func(r *Ring) { r.Trim(6) }, 5, nil, true},
		"trimmed between events":           {10, func(r *Ring) { r.Trim(7) }, 7, []int64{8}, false},
		"trimmed twice":                    {10, func(r *Ring) { r.Trim(7); r.Trim(6) }, 6, nil, true},
		"trimmed of everything":            {10, func(r *Ring) { r.Trim(9) }, 9, nil, false},
		"over the limit, whole revisions":  {2, func(*Ring) {}, 6, []int64{8}, false},
		"over the limit, from before":      {2, func(*Ring) {}, 5, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := NewRing(5, tc.limit, 1<<20)
			r.Append(items(6, 6))
			r.Append(items(8))
			tc.do(r)
			got, ok := r.Since(tc.since)
			if ok == tc.gone {
				t.Fatalf("complete: %t", ok)
			}
			if diff := cmp.Diff(tc.want, revisions(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Events of long messages are bounded by what they weigh, not by how many they are.
func TestRingIsBoundedInBytes(t *testing.T) {
	const limit = 1 << 20
	r := NewRing(0, 1000, limit)
	for revision := range int64(200) {
		r.Append([]Item{{Revision: revision + 1, Data: []byte(strings.Repeat("x", 64<<10))}})
	}
	kept, ok := r.Since(r.Floor())
	total := 0
	for _, item := range kept {
		total += len(item.Data)
	}
	if !ok || total > limit || len(kept) != 16 {
		t.Errorf("%d events of %d bytes are kept", len(kept), total)
	}
}

// Whatever is appended and trimmed: what Since gives is everything behind a
// revision, or it says that it is not.
func TestRingGivesAllOrSaysSo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := NewRing(0, rapid.IntRange(1, 20).Draw(t, "limit"), rapid.IntRange(1, 100).Draw(t, "bytes"))
		var all []Item
		at := int64(0)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			if rapid.IntRange(0, 9).Draw(t, "trim") == 0 {
				r.Trim(rapid.Int64Range(0, at).Draw(t, "to"))
				continue
			}
			at += rapid.Int64Range(1, 3).Draw(t, "skip")
			var batch []Item
			for range rapid.IntRange(0, 4).Draw(t, "events") {
				batch = append(batch, Item{Revision: at, Data: make([]byte, rapid.IntRange(1, 10).Draw(t, "size"))})
			}
			r.Append(batch)
			all = append(all, batch...)
			since := rapid.Int64Range(0, at).Draw(t, "since")
			got, ok := r.Since(since)
			if ok != (since >= r.Floor()) {
				t.Fatalf("since %d with floor %d: %t", since, r.Floor(), ok)
			}
			if !ok {
				continue
			}
			var want []int64
			for _, item := range all {
				if item.Revision > since {
					want = append(want, item.Revision)
				}
			}
			if diff := cmp.Diff(want, revisions(got)); diff != "" {
				t.Fatalf("since %d: %s", since, diff)
			}
		}
	})
}
