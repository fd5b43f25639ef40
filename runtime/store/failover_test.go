package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/store/etcdtest"
)

// TestFailover kills the leader of three members under load, has it back, and hangs the next one. Nothing acknowledged is
// lost, a repeat with the same compares has one effect, and the watches and reads of two replicas go on by themselves,
// each seeing every revision once and in order.
func TestFailover(t *testing.T) {
	const writers = 16
	cluster := etcdtest.Start(t, 3)
	data := store.Options{Endpoints: cluster.Endpoints()}
	replicas := []*store.Store{openImpatiently(t, data), openImpatiently(t, data)}
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()

	var watches sync.WaitGroup
	seen := make([][]store.Event, len(replicas))
	var until atomic.Int64
	until.Store(1 << 60)
	for i, s := range replicas {
		watches.Go(func() {
			var last int64
			err := s.Watch(ctx, 0, func(batch store.Batch) error {
				for _, event := range batch.Events {
					if event.Revision <= last {
						t.Errorf("replica %d: revision %d after %d", i, event.Revision, last)
					}
				}
				last = batch.Revision
				seen[i] = append(seen[i], batch.Events...)
				if last >= until.Load() {
					return errEnough
				}
				return nil
			})
			if !errors.Is(err, errEnough) {
				t.Errorf("replica %d: %v", i, err)
			}
		})
	}

	load := &counters{t: t, stop: make(chan struct{})}
	for writer := range writers {
		s := replicas[writer%len(replicas)]
		load.group.Go(func() { load.count(ctx, s, fmt.Sprint("slots/", writer%4)) })
	}
	load.wait(ctx, 200)
	killed := cluster.Leader()
	killed.Kill()
	load.wait(ctx, 200)
	killed.Start()
	cluster.Back(killed) // of three, one at a time is gone
	load.wait(ctx, 200)
	hung := cluster.Leader()
	hung.Pause()
	load.wait(ctx, 200)
	hung.Resume()
	load.wait(ctx, 200)
	close(load.stop)
	load.group.Wait()

	until.Store(putSurely(t, replicas[0], "end", 0, "end"))
	putSurely(t, replicas[0], "behind the end", 0, "end") // it comes by when the watches know where they end
	watches.Wait()
	for i := range replicas {
		history := map[string][]store.Event{}
		for _, event := range seen[i] {
			if strings.HasPrefix(event.Key, "slots/") {
				history[event.Key] = append(history[event.Key], event)
			}
		}
		for _, ack := range load.acks {
			if events := history[ack.key]; len(events) < ack.step || events[ack.step-1].Revision != ack.revision {
				t.Errorf("replica %d: %s: step %d was acknowledged at revision %d, and did not come", i, ack.key, ack.step, ack.revision)
			}
		}
		for key, events := range history {
			for n, event := range events {
				if string(event.Value) != fmt.Sprint(n+1) {
					t.Errorf("replica %d: %s: number %d is %q", i, key, n+1, event.Value)
				}
			}
		}
	}
	t.Logf("%d acknowledged, %d unknown outcomes", len(load.acks), load.unknown.Load())
}

// TestWatchOverLostMajority: the one member that is left says that it knows of no leader; the watch waits, and goes on from
// where it was when there is one.
func TestWatchOverLostMajority(t *testing.T) {
	cluster := etcdtest.Start(t, 3)
	interrupted := &listener{to: t.Output(), word: "interrupted", heard: make(chan struct{})}
	s, err := store.Open(t.Context(), store.Options{Endpoints: cluster.Endpoints(), Logger: slog.New(slog.NewTextHandler(interrupted, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, s)
	before := putSurely(t, s, "slots/a", 0, "before")
	watched := make(chan []store.Batch)
	go func() {
		batches, err := watchUntil(t.Context(), s, before, before+1)
		if err != nil {
			t.Error(err)
		}
		watched <- batches
	}()
	for _, m := range cluster.Members[1:] {
		m.Kill()
	}
	<-interrupted.heard
	for _, m := range cluster.Members[1:] {
		m.Start()
	}
	cluster.Leader()
	putSurely(t, s, "slots/a", before, "after")
	want := []store.Event{{Key: "slots/a", Value: []byte("before"), Revision: before}, {Key: "slots/a", Value: []byte("after"), Revision: before + 1}}
	if diff := cmp.Diff(want, eventsOf(<-watched)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// putSurely is put where outcomes may be unknown.
func putSurely(t *testing.T, s *store.Store, key string, over int64, value string) int64 {
	t.Helper()
	for {
		result, err := s.Commit(t.Context(), store.Txn{
			Compares: []store.Compare{{Key: key, Revision: over}},
			Ops:      []store.Op{store.Put(key, []byte(value))},
		})
		switch {
		case errors.Is(err, store.ErrUnknownOutcome):
		case err != nil:
			t.Fatal(err)
		case result.Committed:
			return result.Revision
		case string(result.Current[0].Value) == value:
			return result.Current[0].Revision
		default:
			t.Fatalf("put %s over revision %d: lost against %+v", key, over, result.Current)
		}
	}
}

// listener hears a word in a log.
type listener struct {
	to    io.Writer
	word  string
	once  sync.Once
	heard chan struct{}
}

func (l *listener) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte(l.word)) {
		l.once.Do(func() { close(l.heard) })
	}
	return l.to.Write(line)
}

// counters count up on keys, each step over the one before, and keep what was acknowledged.
type counters struct {
	t       *testing.T
	stop    chan struct{}
	group   sync.WaitGroup
	unknown atomic.Int64

	mu   sync.Mutex
	acks []ack
}

// count is one writer. Reads must not fail; an unknown outcome is met by reading again.
func (c *counters) count(ctx context.Context, s *store.Store, key string) {
	for {
		select {
		case <-c.stop:
			return
		default:
		}
		now, err := s.Get(ctx, key)
		if err != nil {
			c.t.Errorf("read %s: %v", key, err)
			return
		}
		step := 0
		if now.Revision > 0 {
			if _, err := fmt.Sscan(string(now.Value), &step); err != nil {
				c.t.Error(err)
				return
			}
		}
		step++
		result, err := s.Commit(ctx, store.Txn{
			Compares: []store.Compare{{Key: key, Revision: now.Revision}},
			Ops:      []store.Op{store.Put(key, fmt.Append(nil, step))},
		})
		switch {
		case errors.Is(err, store.ErrUnknownOutcome):
			c.unknown.Add(1)
		case err != nil:
			c.t.Errorf("write %s: %v", key, err)
			return
		case result.Committed:
			c.mu.Lock()
			c.acks = append(c.acks, ack{key, step, result.Revision})
			c.mu.Unlock()
		}
	}
}

// wait waits for n more acknowledged steps.
func (c *counters) wait(ctx context.Context, n int) {
	c.t.Helper()
	count := func() int {
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.acks)
	}
	until := count() + n
	gomega.NewWithT(c.t).Eventually(ctx, count).WithPolling(time.Millisecond).Should(gomega.BeNumerically(">=", until), "the writers have come to a halt")
}
