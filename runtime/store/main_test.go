package store_test

import (
	"fmt"
	"log/slog"
	"os"
	"testing"

	"github.com/pullmode/operator/runtime/internal/leak"
	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/store/etcdtest"
)

// TestMain is also the processes that tests kill.
func TestMain(m *testing.M) {
	if data := os.Getenv(victimData); data != "" {
		if err := liveUntilKilled(victimOptions(data)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if dir := os.Getenv(restorerDir); dir != "" {
		if err := restoreUntilKilled(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	leak.Main(m)
}

// engine says where the data of a new, empty store is to be. A store that is opened twice with what it said is the same one.
type engine func(testing.TB) store.Options

func embedded(t testing.TB) store.Options { return store.Options{Dir: t.TempDir()} }

func external(t testing.TB) store.Options {
	return store.Options{Endpoints: etcdtest.Start(t, 1).Endpoints()}
}

// engines runs a test on each: what is promised holds on both.
func engines(t *testing.T, test func(*testing.T, engine)) {
	t.Helper()
	for name, on := range map[string]engine{"embedded": embedded, "external": external} {
		t.Run(name, func(t *testing.T) { test(t, on) })
	}
}

func open(t testing.TB, options store.Options) *store.Store {
	t.Helper()
	s := openImpatiently(t, options)
	s.Patiently()
	return s
}

// openImpatiently opens a store as it is: what becomes of a transition may be unknown.
func openImpatiently(t testing.TB, options store.Options) *store.Store {
	t.Helper()
	options.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	s, err := store.Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, s) })
	return s
}

func shut(t testing.TB, s *store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// put writes the key over the revision, which must be the one it has, and returns the new one.
func put(t testing.TB, s *store.Store, key string, over int64, value string) int64 {
	t.Helper()
	result := commit(t, s, store.Txn{
		Compares: []store.Compare{{Key: key, Revision: over}},
		Ops:      []store.Op{store.Put(key, []byte(value))},
	})
	if !result.Committed {
		t.Fatalf("put %s over revision %d: lost against %+v", key, over, result.Current)
	}
	return result.Revision
}

func commit(t testing.TB, s *store.Store, txn store.Txn) store.Result {
	t.Helper()
	result, err := s.Commit(t.Context(), txn)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func get(t testing.TB, s *store.Store, key string) store.KV {
	t.Helper()
	kv, err := s.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return kv
}
