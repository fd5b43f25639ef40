package store_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/store"
)

var errEnough = errors.New("the test has seen enough")

// watchUntil collects what a watch delivers until the revision has come, and holds every batch to the promise: revisions
// rise, and none is cut in two.
func watchUntil(ctx context.Context, s *store.Store, from, until int64) ([]store.Batch, error) {
	var batches []store.Batch
	last := from - 1
	err := s.Watch(ctx, from, func(batch store.Batch) error {
		batches = append(batches, batch)
		before := last
		for _, event := range batch.Events {
			if event.Revision <= last {
				return fmt.Errorf("an event of revision %d after everything up to %d was delivered", event.Revision, last)
			}
			if event.Revision < before || event.Revision > batch.Revision {
				return fmt.Errorf("an event of revision %d after one of %d in a batch up to %d", event.Revision, before, batch.Revision)
			}
			before = event.Revision
		}
		if last = batch.Revision; last >= until {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return batches, err
}

func eventsOf(batches []store.Batch) (events []store.Event) {
	for _, batch := range batches {
		events = append(events, batch.Events...)
	}
	return events
}

func TestWatch(t *testing.T) { engines(t, testWatch) }

func testWatch(t *testing.T, on engine) {
	s := open(t, on(t))
	a1 := put(t, s, "a", 0, "1")
	a2 := put(t, s, "a", a1, "2")
	b := commit(t, s, store.Txn{Ops: []store.Op{store.Put("b", []byte("1")), store.Delete("a"), store.Delete("none")}}).Revision
	want := []store.Event{
		{Key: "a", Value: []byte("1"), Revision: a1},
		{Key: "a", Value: []byte("2"), Revision: a2},
		{Key: "b", Value: []byte("1"), Revision: b},
		{Key: "a", Revision: b, Deleted: true},
	}
	for i, from := range []int64{a1, a2, b} {
		batches, err := watchUntil(t.Context(), s, from, b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want[i:], eventsOf(batches)); diff != "" {
			t.Errorf("from revision %d (-want +got):\n%s", from, diff)
		}
	}

	t.Run("from the beginning", func(t *testing.T) {
		for _, from := range []int64{-1, 0, 1, 2} {
			batches, err := watchUntil(t.Context(), s, from, b)
			if err != nil {
				t.Fatal(err)
			}
			events := eventsOf(batches)
			if diff := cmp.Diff(want, events[len(events)-len(want):]); diff != "" {
				t.Errorf("from %d (-want +got):\n%s", from, diff)
			}
		}
	})

	t.Run("from a revision to come", func(t *testing.T) {
		received := make(chan []store.Batch)
		go func() {
			batches, err := watchUntil(t.Context(), s, b+2, b+2)
			if err != nil {
				t.Error(err)
			}
			received <- batches
		}()
		put(t, s, "c", 0, "1")
		last := put(t, s, "d", 0, "1")
		want := []store.Batch{{Revision: last, Events: []store.Event{{Key: "d", Value: []byte("1"), Revision: last}}}}
		if diff := cmp.Diff(want, <-received); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestWatchEnds(t *testing.T) { engines(t, testWatchEnds) }

func testWatchEnds(t *testing.T, on engine) {
	reason := errors.New("the desk has gone home")
	tests := map[string]struct {
		end  func(s *store.Store, cancel context.CancelCauseFunc) error // what fn of the watch does
		want error
	}{
		"with its context": {func(_ *store.Store, cancel context.CancelCauseFunc) error { cancel(reason); return nil }, reason},
		"with its fn":      {func(*store.Store, context.CancelCauseFunc) error { return reason }, reason},
		"with the store":   {func(s *store.Store, _ context.CancelCauseFunc) error { go s.Close(); return nil }, store.ErrClosed},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			s := open(t, on(t))
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			err := s.Watch(ctx, 0, func(store.Batch) error { return tc.end(s, cancel) })
			if !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}

// TestWatchDeliversRevisionsWhole: a proposal of a hundred transitions is one revision, and comes as one, live and replayed.
func TestWatchDeliversRevisionsWhole(t *testing.T) { engines(t, testWatchDeliversRevisionsWhole) }

func testWatchDeliversRevisionsWhole(t *testing.T, on engine) {
	s := open(t, on(t))
	l := newSluice(s)
	first, winner := l.first(t, s)
	answers := []answer{winner}
	for i := range store.MaxGroup {
		answers = append(answers, s.Submit(write(fmt.Sprint("slots/", i), 0)))
	}
	live := make(chan []store.Batch)
	go func() {
		batches, err := watchUntil(t.Context(), s, 3, 4) // the first, and the group
		if err != nil {
			t.Error(err)
		}
		live <- batches
	}()
	group := <-l.arrived
	first.fate <- pass
	committed(t, winner)
	group.fate <- pass
	committed(t, answers...)

	replayed, err := watchUntil(t.Context(), s, 4, 4)
	if err != nil {
		t.Fatal(err)
	}
	for name, batches := range map[string][]store.Batch{"live": <-live, "replayed": replayed} {
		last := batches[len(batches)-1]
		events := 0
		for _, event := range last.Events {
			if event.Revision == last.Revision {
				events++
			}
		}
		if events != store.MaxGroup {
			t.Errorf("%s: the group's revision came with %d events, of %d", name, events, store.MaxGroup)
		}
	}
}

// TestSlowWatch: who does not keep up gets everything all the same, and delays nobody.
func TestSlowWatch(t *testing.T) { engines(t, testSlowWatch) }

func testSlowWatch(t *testing.T, on engine) {
	const writers, each = 20, 150 // three times what etcd puts into one batch of a replay
	s := open(t, on(t))
	written := make(chan struct{})
	sums := make(chan map[string]int)
	var last int64
	go func() {
		seen := map[string]int{}
		err := s.Watch(t.Context(), 3, func(batch store.Batch) error {
			<-written // not before all is written
			for _, event := range batch.Events {
				if string(event.Value) != strconv.Itoa(seen[event.Key]) {
					t.Errorf("%s: %q came after %d others", event.Key, event.Value, seen[event.Key])
				}
				seen[event.Key]++
			}
			if batch.Revision == last {
				return errEnough
			}
			return nil
		})
		if !errors.Is(err, errEnough) {
			t.Error(err)
		}
		sums <- seen
	}()
	want := map[string]int{}
	var group sync.WaitGroup
	var mu sync.Mutex
	for writer := range writers {
		key := fmt.Sprint("slots/", writer)
		want[key] = each
		group.Go(func() {
			var revision int64
			for i := range each {
				revision = put(t, s, key, revision, strconv.Itoa(i))
			}
			mu.Lock()
			defer mu.Unlock()
			last = max(last, revision)
		})
	}
	group.Wait()
	close(written)
	if diff := cmp.Diff(want, <-sums); diff != "" {
		t.Errorf("how many events of each key came (-want +got):\n%s", diff)
	}
}
