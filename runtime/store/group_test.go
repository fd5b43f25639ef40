package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/store"
)

// TestGroup: a full group goes out before those on their way are answered; what is in it shares a revision, and nothing else.
func TestGroup(t *testing.T) { engines(t, testGroup) }

func testGroup(t *testing.T, on engine) {
	s := open(t, on(t))
	taken := put(t, s, "slots/taken", 0, "old")
	l := newSluice(s)
	first, winner := l.first(t, s)
	loser := s.Submit(write("slots/taken", taken-1))
	winners := []answer{winner}
	for i := range store.MaxGroup - 1 {
		winners = append(winners, s.Submit(write(fmt.Sprint("slots/", i), 0)))
	}
	full := <-l.arrived
	if full.size() != store.MaxGroup {
		t.Errorf("%d transitions share a proposal, want %d", full.size(), store.MaxGroup)
	}
	for i := range store.MaxGroup + 1 {
		winners = append(winners, s.Submit(write(fmt.Sprint("more/", i), 0)))
	}
	if n := s.Waiting(); n != store.MaxGroup+1 {
		t.Errorf("%d wait while %d proposals are on their way, want %d", n, store.MaxInFlight, store.MaxGroup+1)
	}
	full.fate <- pass
	if next := <-l.arrived; next.size() != store.MaxGroup {
		t.Errorf("%d transitions share the next proposal, want %d", next.size(), store.MaxGroup)
	}
	first.fate <- pass
	l.open()

	result, err := loser()
	if err != nil || result.Committed {
		t.Errorf("the loser got %+v, %v", result, err)
	}
	if diff := cmp.Diff([]store.KV{{Key: "slots/taken", Value: []byte("old"), Revision: taken}}, result.Current); diff != "" {
		t.Errorf("what the loser was told (-want +got):\n%s", diff)
	}
	for i, revision := range committed(t, winners...) {
		if inGroup := i >= 1 && i < store.MaxGroup; inGroup != (revision == result.Revision) {
			t.Errorf("winner %d is at revision %d, the loser was answered at %d", i, revision, result.Revision)
		}
	}
}

func TestGroupBytes(t *testing.T) { engines(t, testGroupBytes) }

func testGroupBytes(t *testing.T, on engine) {
	s := open(t, on(t))
	l := newSluice(s)
	first, winner := l.first(t, s)
	answers := []answer{winner}
	for i := range 7 { // of 100 KiB: five are below 512 KiB, six are not
		answers = append(answers, s.Submit(store.Txn{Ops: []store.Op{store.Put(fmt.Sprint("slots/", i), make([]byte, 100<<10))}}))
	}
	first.fate <- pass
	if group := <-l.arrived; group.size() != 5 {
		t.Errorf("%d transitions of 100 KiB share a proposal, want 5", group.size())
	}
	l.open()
	committed(t, answers...)
}

// TestGroupsAreDisjoint: who touches what another writes waits for the next proposal, and so does everybody who came after
// him for the same key.
func TestGroupsAreDisjoint(t *testing.T) { engines(t, testGroupsAreDisjoint) }

func testGroupsAreDisjoint(t *testing.T, on engine) {
	put := func(key string) store.Op { return store.Put(key, []byte("new")) }
	txn := func(ops ...store.Op) store.Txn { return store.Txn{Ops: ops} }
	compare := func(key string, revision int64, ops ...store.Op) store.Txn {
		return store.Txn{Compares: []store.Compare{{Key: key, Revision: revision}}, Ops: ops}
	}
	const future = 1 << 40 // nobody can say without asking that it has lost
	tests := map[string]struct {
		txns   []store.Txn
		groups []int // how many transitions each proposal carries
	}{
		"different keys":                       {[]store.Txn{txn(put("a")), txn(put("b"))}, []int{2}},
		"two puts of a key":                    {[]store.Txn{txn(put("a")), txn(put("a"))}, []int{1, 1}},
		"a put and a delete of a key":          {[]store.Txn{txn(put("a")), txn(store.Delete("a"))}, []int{1, 1}},
		"a put, then a compare of the key":     {[]store.Txn{txn(put("a")), compare("a", future, put("b"))}, []int{1, 1}},
		"a compare, then a put of the key":     {[]store.Txn{compare("a", 0, put("b")), txn(put("a"))}, []int{1, 1}},
		"a compare, then a delete of the key":  {[]store.Txn{compare("a", 0, put("b")), txn(store.Delete("a"))}, []int{1, 1}},
		"two compares of a key":                {[]store.Txn{compare("a", 0, put("b")), compare("a", 0, put("c"))}, []int{2}},
		"two compares, then a put of the key":  {[]store.Txn{compare("a", 0), compare("a", 0), txn(put("a"))}, []int{2, 1}},
		"who waits is not overtaken":           {[]store.Txn{txn(put("a")), txn(put("a"), put("b")), txn(put("b")), txn(put("c"))}, []int{2, 1, 1}},
		"who waits to compare is not, neither": {[]store.Txn{txn(put("a")), compare("a", future, put("b")), compare("b", future), txn(put("c"))}, []int{2, 1, 1}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			s := open(t, on(t))
			l := newSluice(s)
			next, winner := l.first(t, s)
			answers := []answer{winner}
			for _, txn := range tc.txns {
				answers = append(answers, s.Submit(txn))
			}
			var groups []int
			for range tc.groups {
				next.fate <- pass
				next = <-l.arrived
				groups = append(groups, next.size())
			}
			l.open()
			for _, answer := range answers {
				if _, err := answer(); err != nil {
					t.Error(err)
				}
			}
			if diff := cmp.Diff(tc.groups, groups); diff != "" {
				t.Errorf("what the proposals carried (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRefusalHitsTheGuiltyOnly: one transition with a lease that has run out has the engine refuse the proposal of all.
func TestRefusalHitsTheGuiltyOnly(t *testing.T) { engines(t, testRefusalHitsTheGuiltyOnly) }

func testRefusalHitsTheGuiltyOnly(t *testing.T, on engine) {
	s := open(t, on(t))
	l := newSluice(s)
	_, winner := l.first(t, s)
	innocent := []answer{winner}
	guilty := s.Submit(store.Txn{Ops: []store.Op{store.PutLeased("presence/a", nil, 4711)}})
	for i := range 10 {
		innocent = append(innocent, s.Submit(write("slots/"+strconv.Itoa(i), 0)))
	}
	l.open()
	committed(t, innocent...)
	if result, err := guilty(); !errors.Is(err, store.ErrLeaseNotFound) {
		t.Errorf("the guilty one got %+v, %v", result, err)
	}
}

// TestOrder: those who write one key without a condition are served in the order in which they came.
func TestOrder(t *testing.T) { engines(t, testOrder) }

func testOrder(t *testing.T, on engine) {
	s := open(t, on(t))
	l := newSluice(s)
	l.first(t, s)
	var answers []answer
	for range 150 {
		answers = append(answers, s.Submit(store.Txn{Ops: []store.Op{store.Put("slots/a", nil)}}))
	}
	l.open()
	if revisions := committed(t, answers...); !slices.IsSorted(revisions) || len(slices.Compact(slices.Clone(revisions))) != len(revisions) {
		t.Errorf("they were served at revisions %v", revisions)
	}
}
