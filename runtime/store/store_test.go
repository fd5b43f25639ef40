package store_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pullmode/operator/runtime/store"
)

func open(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: dir, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestReopenFindsEverything(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("a-long-name/", 20))
	s := open(t, dir)
	epoch := s.Epoch()
	put, err := s.Commit(t.Context(), store.Txn{Compares: []store.Compare{{Key: "a"}}, Ops: []store.Op{store.Put("a", []byte("1"))}})
	if err != nil || !put.Committed {
		t.Fatalf("commit: %+v, %v", put, err)
	}
	if _, err := store.Open(t.Context(), store.Options{Dir: dir}); !errors.Is(err, store.ErrInUse) {
		t.Fatalf("opening a directory twice: %v, want %v", err, store.ErrInUse)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	got, err := s.Get(context.Background(), "a")
	if err != nil || string(got.Value) != "1" || got.Revision != put.Revision {
		t.Errorf("after reopen: %+v, %v", got, err)
	}
	if s.Epoch() != epoch || epoch == "" {
		t.Errorf("epoch %q, before %q", s.Epoch(), epoch)
	}
}
