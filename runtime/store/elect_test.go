package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/store"
)

// candidate seeks the election "keeper" until the test ends or it is stopped, and says when its terms begin and end.
type candidate struct {
	terms chan context.Context // of each term
	stop  context.CancelFunc
	err   error
	done  chan struct{}
}

// office is held by one at a time.
type office struct {
	t  *testing.T
	mu sync.Mutex
}

func (o *office) seek(s *store.Store, identity string) *candidate {
	ctx, stop := context.WithCancel(context.Background())
	c := &candidate{terms: make(chan context.Context, 10), stop: stop, done: make(chan struct{})}
	go func() {
		defer close(c.done)
		c.err = s.Elect(ctx, "keeper", identity, func(ctx context.Context) {
			if !o.mu.TryLock() {
				o.t.Errorf("%s leads while another one does", identity)
				return
			}
			c.terms <- ctx
			<-ctx.Done()
			o.mu.Unlock()
		})
	}()
	o.t.Cleanup(func() {
		stop()
		<-c.done
	})
	return c
}

// TestElect: of several one leads, and when it goes the next one does; on another name somebody else may.
func TestElect(t *testing.T) { engines(t, testElect) }

func testElect(t *testing.T, on engine) {
	s := open(t, on(t))
	o := &office{t: t}
	candidates := map[string]*candidate{}
	for i := range 3 {
		identity := fmt.Sprint("replica-", i)
		candidates[identity] = o.seek(s, identity)
	}
	leads, cancel := context.WithCancel(t.Context())
	if err := s.Elect(leads, "another office", "replica-0", func(context.Context) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for len(candidates) > 0 {
		leader, _ := elected(candidates)
		if got := string(get(t, s, "elections/keeper").Value); got[:len(leader)] != leader {
			t.Errorf("%s leads, and %q is written down", leader, got)
		}
		candidates[leader].stop()
		<-candidates[leader].done
		if err := candidates[leader].err; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", leader, err)
		}
		delete(candidates, leader)
	}
}

// elected waits for the next term of anybody.
func elected(candidates map[string]*candidate) (string, context.Context) {
	for {
		for name, c := range candidates {
			select {
			case term := <-c.terms:
				return name, term
			case <-time.After(time.Millisecond):
			}
		}
	}
}

// TestElectAgain: a leader whose key or lease is taken away notices, and seeks it again; one who has enough of it does not
// lead for a while, and does again.
func TestElectAgain(t *testing.T) { engines(t, testElectAgain) }

func testElectAgain(t *testing.T, on engine) {
	s := open(t, on(t))
	c := (&office{t: t}).seek(s, "replica-0")
	first := <-c.terms
	commit(t, s, store.Txn{Ops: []store.Op{store.Delete("elections/keeper")}})
	<-first.Done()
	second := <-c.terms
	if err := s.RevokeLeaseOf(t.Context(), "elections/keeper"); err != nil {
		t.Fatal(err)
	}
	<-second.Done()
	third := <-c.terms
	if third.Err() != nil {
		t.Error(third.Err())
	}

	resigned := 0
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Elect(ctx, "other", "replica-0", func(context.Context) {
		if resigned++; resigned == 2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || resigned != 2 {
		t.Errorf("%d terms, then %v", resigned, err)
	}
}

// TestElectAfterClose: an election ends with its store, and does not outlive the process: the next one need not wait for its
// lease to run out.
func TestElectAfterClose(t *testing.T) { engines(t, testElectAfterClose) }

func testElectAfterClose(t *testing.T, on engine) {
	data := on(t)
	s := open(t, data)
	c := (&office{t: t}).seek(s, "replica-0")
	term := <-c.terms
	shut(t, s)
	if term.Err() == nil {
		t.Error("it leads without a store")
	}
	if <-c.done; !errors.Is(c.err, store.ErrClosed) {
		t.Error(c.err)
	}
	if held := get(t, open(t, data), "elections/keeper"); held.Revision != 0 {
		t.Errorf("%s still holds the office", held.Value)
	}
}

// TestElectAfterKill: embedded, what a killed process held is free when the next one opens the directory.
func TestElectAfterKill(t *testing.T) {
	data := embedded(t)
	s := open(t, data)
	put(t, s, "elections/keeper", 0, "the one who was killed")
	shut(t, s)
	if held := get(t, open(t, data), "elections/keeper"); held.Revision != 0 {
		t.Errorf("%s still holds the office", held.Value)
	}
}

// TestElectLongAfter: who waits for an office that was taken before the history that is kept does not ask again and again.
func TestElectLongAfter(t *testing.T) { engines(t, testElectLongAfter) }

func testElectLongAfter(t *testing.T, on engine) {
	s := open(t, on(t))
	reads := s.Reads()
	put(t, s, "elections/keeper", 0, "replica-0")
	for i := range 10 {
		put(t, s, fmt.Sprint("since/", i), 0, "")
	}
	if err := s.Compact(t.Context(), put(t, s, "since/the last", 0, "")); err != nil {
		t.Fatal(err)
	}
	lease, err := s.Grant(t.Context(), 5*time.Second) // so that it is there for the write
	if err != nil {
		t.Fatal(err)
	}
	passing := commit(t, s, store.Txn{Ops: []store.Op{store.PutLeased("passing", nil, lease)}})
	c := (&office{t: t}).seek(s, "replica-1")
	gone := errors.New("gone")
	if err := s.Watch(t.Context(), passing.Revision+1, func(b store.Batch) error {
		if len(b.Events) == 0 {
			return nil
		}
		return gone
	}); !errors.Is(err, gone) {
		t.Fatal(err)
	}
	if n := reads.Load(); n > 15 {
		t.Errorf("%d reads in the time that a lease takes", n)
	}
	commit(t, s, store.Txn{Ops: []store.Op{store.Delete("elections/keeper")}})
	<-c.terms
}
