package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/store"
)

// TestLosersAreAnsweredFromTheWinner: those who wait for a key that is written over what they saw need no proposal.
func TestLosersAreAnsweredFromTheWinner(t *testing.T) { engines(t, testLosersAreAnsweredFromTheWinner) }

func testLosersAreAnsweredFromTheWinner(t *testing.T, on engine) {
	s := open(t, on(t))
	before := put(t, s, "slots/a", 0, "old")
	l := newSluice(s)
	winner := s.Submit(write("slots/a", before))
	var losers []answer
	for range 200 {
		losers = append(losers, s.Submit(write("slots/a", before)))
	}
	first := <-l.arrived
	first.fate <- pass
	want := store.Result{Revision: committed(t, winner)[0]}
	want.Current = []store.KV{{Key: "slots/a", Value: []byte("new"), Revision: want.Revision}}
	for _, loser := range losers {
		got, err := loser()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("what a loser was told (-want +got):\n%s", diff)
		}
	}
	if n := len(l.arrived); n != 0 {
		t.Errorf("%d more proposals were made", n)
	}
}

// TestLosersAreAskedFor: the answer is taken from a winner only where it is certain, and complete.
func TestLosersAreAskedFor(t *testing.T) { engines(t, testLosersAreAskedFor) }

func testLosersAreAskedFor(t *testing.T, on engine) {
	const a, b = 3, 4 // the first two writes to a new store
	compare := func(key string, revision int64) store.Compare { return store.Compare{Key: key, Revision: revision} }
	tests := map[string]struct {
		first, second store.Txn
		want          store.Result // of the second; the revision is that of its own
	}{
		"who expects what the first left": {
			first:  store.Txn{Ops: []store.Op{store.Delete("a")}},
			second: store.Txn{Compares: []store.Compare{compare("a", 0)}, Ops: []store.Op{store.Put("c", nil)}},
			want:   store.Result{Committed: true, Revision: 6},
		},
		"who compares a key more than the first wrote": {
			first:  store.Txn{Ops: []store.Op{store.Delete("a")}},
			second: store.Txn{Compares: []store.Compare{compare("a", a), compare("b", b)}, Ops: []store.Op{store.Put("c", nil)}},
			want:   store.Result{Revision: 5, Current: []store.KV{{Key: "a"}, {Key: "b", Value: []byte("old"), Revision: b}}},
		},
		"who waits for one that loses": {
			first:  store.Txn{Compares: []store.Compare{compare("b", 0)}, Ops: []store.Op{store.Put("b", nil)}},
			second: store.Txn{Compares: []store.Compare{compare("b", b)}, Ops: []store.Op{store.Put("c", nil)}},
			want:   store.Result{Committed: true, Revision: 5},
		},
		"who compares nothing": {
			first:  store.Txn{Ops: []store.Op{store.Put("a", nil)}},
			second: store.Txn{Ops: []store.Op{store.Put("a", nil)}},
			want:   store.Result{Committed: true, Revision: 6},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			s := open(t, on(t))
			if at := [2]int64{put(t, s, "a", 0, "old"), put(t, s, "b", 0, "old")}; at != [2]int64{a, b} {
				t.Fatalf("the first two writes are at %v", at)
			}
			l := newSluice(s)
			s.Submit(tc.first)
			second := s.Submit(tc.second)
			(<-l.arrived).fate <- pass
			(<-l.arrived).fate <- pass
			got, err := second()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("the second got (-want +got):\n%s", diff)
			}
		})
	}
}
