// Package presence writes down which agents have a connection at a replica, so
// that every replica knows who is there (T25, T26) and where an agent has
// connected last (R6).
//
// The records hang on one lease of the replica: when it dies, they go by
// themselves.
package presence

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/store"
)

// TTL is how long the records of a replica outlive it.
const TTL = 10 * time.Second

// Writer is one replica's.
type Writer struct {
	store   *store.Store
	replica string
	ttl     time.Duration
	pause   time.Duration // before it is tried again
	now     func() time.Time
	log     *slog.Logger

	mu sync.Mutex
	// wanted are the newest sessions of the agents who are connected here.
	wanted map[string]string
	// stale are the agents whose record is not what is wanted.
	stale map[string]struct{}
	some  chan struct{}
}

// New makes a writer that writes nothing until Run.
func New(s *store.Store, replica string, now func() time.Time, log *slog.Logger) *Writer {
	return &Writer{
		store: s, replica: replica, ttl: TTL, pause: 200 * time.Millisecond, now: now, log: log,
		wanted: map[string]string{}, stale: map[string]struct{}{}, some: make(chan struct{}, 1),
	}
}

// Connected takes note of an agent's new connection. It does not block.
func (w *Writer) Connected(agent, session string) {
	w.mu.Lock()
	w.wanted[agent] = session
	w.mu.Unlock()
	w.mark(agent)
}

// Disconnected takes note that one has ended; last says that the agent has no
// other one here. It does not block.
func (w *Writer) Disconnected(agent, _ string, last bool) {
	if !last {
		return
	}
	w.mu.Lock()
	delete(w.wanted, agent)
	w.mu.Unlock()
	w.mark(agent)
}

func (w *Writer) mark(agents ...string) {
	w.mu.Lock()
	for _, agent := range agents {
		w.stale[agent] = struct{}{}
	}
	w.mu.Unlock()
	select {
	case w.some <- struct{}{}:
	default:
	}
}

// Run writes until ctx ends. A lease that is lost, because the store did not answer
// for too long, is replaced, and everybody written again.
func (w *Writer) Run(ctx context.Context) {
	for {
		err := w.once(ctx)
		if ctx.Err() != nil {
			return
		}
		w.log.Warn("the presence of agents is written again", "error", err)
		w.wait(ctx)
	}
}

func (w *Writer) wait(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(w.pause):
	}
}

// once writes on one lease, until that is lost.
func (w *Writer) once(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lease, lost, err := w.store.Lease(ctx, w.ttl)
	if err != nil {
		return err
	}
	w.all()
	return w.write(ctx, lease, lost)
}

func (w *Writer) all() {
	w.mu.Lock()
	agents := make([]string, 0, len(w.wanted))
	for agent := range w.wanted {
		agents = append(agents, agent)
	}
	w.mu.Unlock()
	w.mark(agents...)
}

// write writes what is stale until the lease is lost. That a write fails is no
// reason for another lease: who is written down on this one stays so, also while a
// store that is full gives no other.
func (w *Writer) write(ctx context.Context, lease store.LeaseID, lost <-chan struct{}) error {
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-lost:
			return fmt.Errorf("the lease of replica %s was lost", w.replica)
		case <-w.some:
		}
		for txn, agents := w.take(lease); len(agents) > 0; txn, agents = w.take(lease) {
			_, err := w.store.Commit(ctx, txn)
			if err == nil {
				continue
			}
			w.mark(agents...)
			if errors.Is(err, store.ErrLeaseNotFound) || errors.Is(err, store.ErrClosed) || ctx.Err() != nil {
				return fmt.Errorf("write who is there: %w", err)
			}
			w.log.Warn("could not write who is there, trying again", "error", err)
			w.wait(ctx)
			break
		}
	}
}

// take makes one transaction of agents whose records are stale.
func (w *Writer) take(lease store.LeaseID) (txn store.Txn, agents []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for agent := range w.stale {
		if len(agents) == store.MaxOps {
			break
		}
		delete(w.stale, agent)
		agents = append(agents, agent)
		key := keyspace.Presence(agent, w.replica)
		session, connected := w.wanted[agent]
		if !connected {
			txn.Ops = append(txn.Ops, store.Delete(key))
			continue
		}
		record, err := json.Marshal(keyspace.PresenceRecord{Session: session, At: w.now().UTC().Truncate(time.Millisecond)})
		if err != nil {
			panic("encode a presence: " + err.Error()) // a string and a time
		}
		txn.Ops = append(txn.Ops, store.PutLeased(key, record, lease))
	}
	return txn, agents
}
