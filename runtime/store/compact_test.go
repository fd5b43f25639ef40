package store_test

import (
	"errors"
	"strconv"
	"testing"

	"github.com/pullmode/operator/runtime/store"
)

func TestCompact(t *testing.T) { engines(t, testCompact) }

func testCompact(t *testing.T, on engine) {
	data := on(t)
	s := open(t, data)
	var revision int64
	for i := range 10 {
		revision = put(t, s, "slots/a", revision, strconv.Itoa(i))
	}
	put(t, s, "slots/b", 0, "1")
	gone := commit(t, s, store.Txn{Ops: []store.Op{store.Delete("slots/b")}}).Revision
	last := put(t, s, "slots/a", revision, "last")

	if floor, err := s.Floor(t.Context()); err != nil || floor != 2 {
		t.Errorf("the floor of a store that was never compacted: %d, %v", floor, err)
	}
	for _, to := range []int64{0, 2} { // nothing to forget
		if err := s.Compact(t.Context(), to); err != nil {
			t.Errorf("compact to %d: %v", to, err)
		}
	}
	checkFloor(t, s, 2)

	// The floor is kept whole, the delete in it too, of which nothing is left in the current state.
	for range 2 { // the second time it is done already
		if err := s.Compact(t.Context(), gone); err != nil {
			t.Fatal(err)
		}
	}
	checkFloor(t, s, gone)
	batches, err := watchUntil(t.Context(), s, gone, last)
	if err != nil {
		t.Fatal(err)
	}
	if events := eventsOf(batches); len(events) != 2 || !events[0].Deleted || events[0].Revision != gone {
		t.Errorf("from the floor: %+v", events)
	}

	shut(t, s)
	s = open(t, data)
	checkFloor(t, s, gone)
	if err := s.Compact(t.Context(), last+1); err != nil {
		t.Fatal(err)
	}
	checkFloor(t, s, last+1)
	if got := get(t, s, "slots/a"); string(got.Value) != "last" {
		t.Errorf("slots/a is %q", got.Value)
	}
	if err := s.Compact(t.Context(), last+3); err == nil {
		t.Error("it has forgotten what is yet to come")
	}
}

// checkFloor: from below the floor no watch can begin.
func checkFloor(t *testing.T, s *store.Store, want int64) {
	t.Helper()
	if floor, err := s.Floor(t.Context()); err != nil || floor != want {
		t.Errorf("the floor is %d, %v, want %d", floor, err, want)
	}
	for from := int64(2); from < want; from++ {
		_, err := watchUntil(t.Context(), s, from, want)
		var compacted *store.CompactedError
		if !errors.As(err, &compacted) || compacted.Floor != want {
			t.Errorf("a watch from %d: %v, want the floor %d", from, err, want)
		}
	}
}

// TestLoadIsOvertaken: a load whose moment is compacted away meanwhile says so, instead of showing a mixture.
func TestLoadIsOvertaken(t *testing.T) { engines(t, testLoadIsOvertaken) }

func testLoadIsOvertaken(t *testing.T, on engine) {
	s := open(t, on(t))
	revision := put(t, s, "a/1", 0, "1")
	put(t, s, "b/1", 0, "1")
	_, err := s.Load(t.Context(), []string{"a/", "b/"}, func(store.KV) error {
		revision = put(t, s, "a/1", revision, "2")
		return s.Compact(t.Context(), revision+1)
	})
	var compacted *store.CompactedError
	if !errors.As(err, &compacted) || compacted.Floor != revision+1 {
		t.Errorf("got %v, want the floor %d", err, revision+1)
	}
}
