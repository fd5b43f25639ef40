package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/internal/etcdtest"
	"github.com/pullmode/operator/runtime/store"
)

// TestFailover kills the leader of three members under load, has it back, and hangs the next one. Nothing acknowledged is
// lost, a repeat with the same compares has one effect, and the watches and reads of two replicas go on by themselves,
// each seeing every revision once and in order.
func TestFailover(t *testing.T) {
	const writers = 16
	cluster := etcdtest.Start(t, 3)
	data := store.Options{Endpoints: cluster.Endpoints()}
	replicas := []*store.Store{open(t, data), open(t, data)}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
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
	load.wait(ctx, 200)
	hung := cluster.Leader()
	hung.Pause()
	load.wait(ctx, 200)
	hung.Resume()
	load.wait(ctx, 200)
	close(load.stop)
	load.group.Wait()

	end := put(t, replicas[0], "end", 0, "")
	until.Store(end)
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
