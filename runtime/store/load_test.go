package store_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/store"
)

func TestLoad(t *testing.T) { engines(t, testLoad) }

func testLoad(t *testing.T, on engine) {
	const documents = 3000 // several pieces
	s := open(t, on(t))
	want := map[string]string{}
	for i := 0; i < documents; i += store.MaxOps {
		var ops []store.Op
		for j := range store.MaxOps {
			key := fmt.Sprintf("slots/%06d", i+j)
			ops = append(ops, store.Put(key, []byte(strconv.Itoa(i+j))))
			want[key] = strconv.Itoa(i + j)
		}
		commit(t, s, store.Txn{Ops: ops})
	}
	put(t, s, "slotsandmore", 0, "is not under slots/")
	put(t, s, "agents/a", 0, "comes first")
	put(t, s, "agents/b", 0, "is deleted")
	latest := commit(t, s, store.Txn{Ops: []store.Op{store.Delete("agents/b")}}).Revision
	want["agents/a"] = "comes first"

	got := map[string]string{}
	var keys []string
	revision, err := s.Load(t.Context(), []string{"slots/", "none/", "agents/"}, func(kv store.KV) error {
		got[kv.Key] = string(kv.Value)
		keys = append(keys, kv.Key)
		if kv.Revision == 0 || kv.Revision > latest {
			return fmt.Errorf("%s is at revision %d", kv.Key, kv.Revision)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if revision != latest {
		t.Errorf("loaded at revision %d, want %d", revision, latest)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(keys) != len(want) || keys[0] != "slots/000000" || keys[len(keys)-1] != "agents/a" {
		t.Errorf("%d keys, from %s to %s", len(keys), keys[0], keys[len(keys)-1])
	}
}

// TestLoadIsOneMoment: what is written meanwhile is not seen, not even in the prefixes that come last; the watch from the
// next revision brings all of it.
func TestLoadIsOneMoment(t *testing.T) { engines(t, testLoadIsOneMoment) }

func testLoadIsOneMoment(t *testing.T, on engine) {
	s := open(t, on(t))
	write := func(n int) int64 {
		value := []byte(strconv.Itoa(n))
		return commit(t, s, store.Txn{Ops: []store.Op{store.Put("a/left", value), store.Put("b/right", value)}}).Revision
	}
	write(0)
	var seen []string
	revision, err := s.Load(t.Context(), []string{"a/", "b/"}, func(kv store.KV) error {
		seen = append(seen, string(kv.Value))
		write(len(seen))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"0", "0"}, seen); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	batches, err := watchUntil(t.Context(), s, revision+1, revision+2)
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range eventsOf(batches) {
		seen = append(seen, string(event.Value))
	}
	if diff := cmp.Diff([]string{"0", "0", "1", "1", "2", "2"}, seen); diff != "" {
		t.Errorf("with what the watch brings (-want +got):\n%s", diff)
	}
}

func TestLoadEnds(t *testing.T) { engines(t, testLoadEnds) }

func testLoadEnds(t *testing.T, on engine) {
	s := open(t, on(t))
	for i := range 200 {
		put(t, s, fmt.Sprint("slots/", i), 0, "1")
	}
	reason := errors.New("the replica is shutting down")
	tests := []struct {
		name string
		end  func(cancel context.CancelCauseFunc) error // what fn of the load does
		want error
	}{
		{"with its fn", func(context.CancelCauseFunc) error { return reason }, reason},
		{"with its context", func(cancel context.CancelCauseFunc) error { cancel(reason); return nil }, reason},
		{"with the store", func(context.CancelCauseFunc) error {
			go s.Close()
			return s.Watch(t.Context(), 1000, func(store.Batch) error { return nil }) // until the store ends
		}, store.ErrClosed},
	}
	for _, tc := range tests { // in order: the last one closes the store
		t.Run(tc.name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			_, err := s.Load(ctx, []string{"slots/"}, func(store.KV) error { return tc.end(cancel) })
			if !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}
