package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/store"
)

// A backup tells how many keys of a kind are in it: what was deleted is not, and what was
// written twice counts once.
func TestInspect(t *testing.T) {
	s := open(t, store.Options{Dir: t.TempDir()})
	a := put(t, s, "slots/a", 0, "1")
	put(t, s, "slots/a", a, "2")
	put(t, s, "slots/b", 0, "1")
	gone := put(t, s, "slots/c", 0, "1")
	put(t, s, "closed/c", 0, "1")
	if _, err := s.Commit(t.Context(), store.Txn{Compares: []store.Compare{{Key: "slots/c", Revision: gone}}, Ops: []store.Op{store.Delete("slots/c")}}); err != nil {
		t.Fatal(err)
	}
	saved := backup(t, s)
	file := filepath.Join(t.TempDir(), "backup")
	write := func(data []byte) {
		t.Helper()
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(saved)
	got, err := store.Inspect(file, "slots/")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(store.Contents{Epoch: s.Epoch(), Keys: 2}, got); diff != "" {
		t.Errorf("contents (-want +got):\n%s", diff)
	}
	write(saved[:len(saved)-100])
	if _, err := store.Inspect(file, "slots/"); !errors.Is(err, store.ErrNotABackup) {
		t.Errorf("half a backup: %v, want %v", err, store.ErrNotABackup)
	}
}
