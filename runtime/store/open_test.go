package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/store"
)

func TestReopenFindsEverything(t *testing.T) { engines(t, testReopenFindsEverything) }

func testReopenFindsEverything(t *testing.T, on engine) {
	data := on(t)
	if data.Dir != "" {
		data.Dir = filepath.Join(data.Dir, strings.Repeat("a-path-longer-than-a-socket's-may-be/", 8))
	}
	s := open(t, data)
	epoch := s.Epoch()
	revision := put(t, s, "slots/a", 0, "one")
	revision = put(t, s, "slots/a", revision, "two")
	shut(t, s)

	s = open(t, data)
	if diff := cmp.Diff(store.KV{Key: "slots/a", Value: []byte("two"), Revision: revision}, get(t, s, "slots/a")); diff != "" {
		t.Errorf("after reopening (-want +got):\n%s", diff)
	}
	if s.Epoch() != epoch || len(epoch) < 20 {
		t.Errorf("the epoch is %q, was %q", s.Epoch(), epoch)
	}
	if other := open(t, on(t)); other.Epoch() == epoch {
		t.Errorf("two stores have the epoch %q", epoch)
	}
}

func TestOpenRefuses(t *testing.T) {
	tests := map[string]struct {
		prepare func(t *testing.T, dir string) store.Options
		want    string
		is      error
	}{
		"no directory": {
			prepare: func(*testing.T, string) store.Options { return store.Options{} },
			want:    "no data directory",
		},
		"a file where the directory should be": {
			prepare: func(t *testing.T, dir string) store.Options {
				file := filepath.Join(dir, "file")
				if err := os.WriteFile(file, nil, 0o600); err != nil {
					t.Fatal(err)
				}
				return store.Options{Dir: file}
			},
			is: syscall.ENOTDIR,
		},
		"a directory that is open": {
			prepare: func(t *testing.T, dir string) store.Options {
				open(t, store.Options{Dir: dir})
				return store.Options{Dir: dir}
			},
			is: store.ErrInUse,
		},
		"a directory that a program with no knowledge of our lock has open": {
			prepare: func(t *testing.T, dir string) store.Options {
				shut(t, open(t, store.Options{Dir: dir}))
				database, err := os.OpenFile(filepath.Join(dir, "member", "snap", "db"), os.O_RDWR, 0)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { database.Close() })
				if err := syscall.Flock(int(database.Fd()), syscall.LOCK_EX); err != nil {
					t.Fatal(err)
				}
				return store.Options{Dir: dir}
			},
			is: store.ErrInUse,
		},
		"data of a newer version": {
			prepare: func(t *testing.T, dir string) store.Options {
				s := open(t, store.Options{Dir: dir})
				put(t, s, store.SchemaKey, get(t, s, store.SchemaKey).Revision, "2")
				shut(t, s)
				return store.Options{Dir: dir}
			},
			is: store.ErrNewerSchema,
		},
		"data with a schema that is no number": {
			prepare: func(t *testing.T, dir string) store.Options {
				s := open(t, store.Options{Dir: dir})
				put(t, s, store.SchemaKey, get(t, s, store.SchemaKey).Revision, "new")
				shut(t, s)
				return store.Options{Dir: dir}
			},
			want: `"new" is no schema version`,
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := store.Open(t.Context(), tc.prepare(t, t.TempDir()))
			if err == nil {
				shut(t, s)
				t.Fatal("it opened")
			}
			if tc.is != nil && !errors.Is(err, tc.is) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %q, want %q %v", err, tc.want, tc.is)
			}
		})
	}
}

// TestOpenAfterRefusal: a refused opening lets go of the directory.
func TestOpenAfterRefusal(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := store.Open(ctx, store.Options{Dir: dir}); !errors.Is(err, context.Canceled) {
		t.Fatalf("opened with a context that had ended: %v, %v", s, err)
	}
	put(t, open(t, store.Options{Dir: dir}), "slots/a", 0, "one")
}

func TestClosed(t *testing.T) { engines(t, testClosed) }

func testClosed(t *testing.T, on engine) {
	s := open(t, on(t))
	shut(t, s)
	ctx := t.Context()
	calls := map[string]func() error{
		"Commit":  func() error { _, err := s.Commit(ctx, store.Txn{Ops: []store.Op{store.Delete("a")}}); return err },
		"Get":     func() error { _, err := s.Get(ctx, "a"); return err },
		"Load":    func() error { _, err := s.Load(ctx, []string{""}, func(store.KV) error { return nil }); return err },
		"Watch":   func() error { return s.Watch(ctx, 0, func(store.Batch) error { return nil }) },
		"Compact": func() error { return s.Compact(ctx, 2) },
		"Floor":   func() error { _, err := s.Floor(ctx); return err },
		"Usage":   func() error { _, _, err := s.Usage(ctx); return err },
		"Lease":   func() error { _, _, err := s.Lease(ctx, time.Second); return err },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, store.ErrClosed) {
			t.Errorf("%s on a closed store: %v, want %v", name, err, store.ErrClosed)
		}
	}
	if err := s.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
}
