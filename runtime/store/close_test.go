package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/pullmode/operator/runtime/store"
)

// TestCloseWhileCommitting: everybody gets an answer, and it is true: who was told "yes" finds his write after reopening, who
// was told "closed" does not.
func TestCloseWhileCommitting(t *testing.T) { engines(t, testCloseWhileCommitting) }

func testCloseWhileCommitting(t *testing.T, on engine) {
	const writers = 64
	data := on(t)
	s := open(t, data)
	var group, underway sync.WaitGroup
	underway.Add(writers)
	acknowledged := make([]int, writers)
	for writer := range writers {
		group.Go(func() {
			for i := 0; ; i++ {
				result, err := s.Commit(t.Context(), write(fmt.Sprintf("slots/%d/%d", writer, i), 0))
				if errors.Is(err, store.ErrClosed) && !errors.Is(err, store.ErrUnknownOutcome) {
					acknowledged[writer] = i
					return
				}
				if err != nil || !result.Committed {
					t.Errorf("writer %d, document %d: %+v, %v", writer, i, result, err)
					return
				}
				if i == 10 {
					underway.Done()
				}
			}
		})
	}
	underway.Wait()
	shut(t, s)
	group.Wait()

	s = open(t, data)
	for writer, want := range acknowledged {
		got := 0
		if _, err := s.Load(t.Context(), []string{fmt.Sprintf("slots/%d/", writer)}, func(store.KV) error { got++; return nil }); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("writer %d finds %d documents, %d were acknowledged", writer, got, want)
		}
	}
}

// TestCloseWaits: what is on its way is answered before the engine goes; what waits is refused at once.
func TestCloseWaits(t *testing.T) { engines(t, testCloseWaits) }

func testCloseWaits(t *testing.T, on engine) {
	s := open(t, on(t))
	l := newSluice(s)
	first, underway := l.first(t, s)
	waiting := s.Submit(write("slots/waiting", 0))
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	if result, err := waiting(); !errors.Is(err, store.ErrClosed) || errors.Is(err, store.ErrUnknownOutcome) {
		t.Errorf("who waits got %+v, %v", result, err)
	}
	select {
	case <-closed:
		t.Fatal("closed, with a proposal on its way")
	case first.fate <- pass:
	}
	committed(t, underway)
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

// TestCloseWhileReading: closing takes the engine's memory-mapped file away; nobody may be reading it then.
func TestCloseWhileReading(t *testing.T) { engines(t, testCloseWhileReading) }

func testCloseWhileReading(t *testing.T, on engine) {
	for range 5 {
		s := open(t, on(t))
		for i := range 200 {
			put(t, s, fmt.Sprint("slots/", i), 0, "1")
		}
		var group, underway sync.WaitGroup
		calls := map[string]func() error{
			"Get": func() error { _, err := s.Get(t.Context(), "slots/1"); return err },
			"Load": func() error {
				_, err := s.Load(t.Context(), []string{""}, func(store.KV) error { return nil })
				return err
			},
			"Usage": func() error { _, _, err := s.Usage(t.Context()); return err },
			"Floor": func() error { _, err := s.Floor(t.Context()); return err },
			"Watch": func() error { _, err := watchUntil(t.Context(), s, 0, 202); return err },
		}
		underway.Add(len(calls))
		for name, call := range calls {
			group.Go(func() {
				for i := 0; ; i++ {
					err := call()
					if i == 0 {
						underway.Done()
					}
					if errors.Is(err, store.ErrClosed) {
						return
					}
					if err != nil {
						t.Errorf("%s: %v", name, err)
						return
					}
				}
			})
		}
		underway.Wait()
		shut(t, s)
		group.Wait()
	}
}
