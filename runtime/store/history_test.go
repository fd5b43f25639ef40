package store_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/pullmode/operator/runtime/store"
)

// A copy of the data directory that is put back gives revisions a second time. Whoever has one of the time after the copy is
// not taken for somebody who has seen what this revision is now.
func TestWhatAnOlderCopyTookThePlaceOf(t *testing.T) {
	parent := t.TempDir()
	dir := parent + "/data"
	opened := func() (*store.Store, string) {
		s := open(t, store.Options{Dir: dir})
		return s, s.History()
	}
	write := func(s *store.Store, key string) int64 {
		t.Helper()
		result, err := s.Commit(t.Context(), store.Txn{Ops: []store.Op{store.Put(key, []byte("x"))}})
		if err != nil {
			t.Fatal(err)
		}
		return result.Revision
	}
	closed := func(s *store.Store) {
		t.Helper()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}

	s, first := opened()
	before := write(s, "slots/a")
	closed(s)
	if err := os.CopyFS(parent+"/copy", os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	s, second := opened()
	after := write(s, "slots/b")
	for i := range 10 {
		after = write(s, fmt.Sprintf("slots/%d", i))
	}
	if !s.Holds(first, before) || !s.Holds(second, after) || s.Holds(first, after) {
		t.Errorf("after a restart: %t %t %t, want what either run made and no more", s.Holds(first, before), s.Holds(second, after), s.Holds(first, after))
	}
	closed(s)

	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(parent+"/copy", dir); err != nil {
		t.Fatal(err)
	}
	s, third := opened()
	now := int64(0)
	for i := range 30 { // until the revisions have caught up with those that were lost
		now = write(s, fmt.Sprintf("slots/again-%d", i))
	}
	if now <= after {
		t.Fatalf("revision %d, %d before: the test shows nothing", now, after)
	}
	for name, tc := range map[string]struct {
		history  string
		revision int64
		want     bool
	}{
		"of before the copy":          {first, before, true},
		"of after the copy":           {second, after, false},
		"of this run":                 {third, now, true},
		"yet to come":                 {third, now + 1000, true},
		"of before runs were counted": {s.Epoch(), after, true},
		"of another epoch":            {"another", before, false},
	} {
		if got := s.Holds(tc.history, tc.revision); got != tc.want {
			t.Errorf("%s: %t, want %t", name, got, tc.want)
		}
	}
	closed(s)
	for range 16 {
		s, _ = opened()
		closed(s)
	}
	if s, last := opened(); s.Holds(third, now) || !s.Holds(last, now) {
		t.Error("a run of seventeen openings ago is still known, or this one is not")
	}
}
