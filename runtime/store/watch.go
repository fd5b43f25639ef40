package store

import (
	"context"
	"fmt"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// Event is one change of one key.
type Event struct {
	Key      string
	Value    []byte // nil if Deleted
	Revision int64
	Deleted  bool
}

// Batch is one or more WHOLE revisions: after it nothing with a revision up to Revision comes any more.
type Batch struct {
	// Revision is the highest of the batch; a watch from Revision+1 goes on after it.
	Revision int64
	// Events are in order of revision. There may be none: the batch then says only how far the watch is.
	Events []Event
}

// Watch calls fn with every change from revision from on (below 2: from the beginning), in order and each once, until ctx
// ends, the store is closed or fn returns an error; it returns why, never nil. fn is called from one goroutine, and is not
// called again before it returns: who is slow delays only himself, his events wait in memory. Over changes of leader and
// the loss of members of an external etcd it goes on by itself.
//
// Errors: *CompactedError if the history from there is not kept any more, ErrClosed, ctx's, fn's. After any other, watch
// again from the last Batch.Revision+1.
func (s *Store) Watch(ctx context.Context, from int64, fn func(Batch) error) error {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	w := &watch{store: s, next: max(from, 2), fn: fn} // an empty store is at 1
	for pause := attemptPause; ; pause = min(2*pause, time.Second) {
		next := w.next
		err := w.run(ctx)
		if ctx.Err() != nil || !w.interrupted {
			return fmt.Errorf("watch from revision %d: %w", w.next, reason(ctx, err))
		}
		if w.next > next {
			pause = attemptPause
		}
		s.logger.Warn("the watch of the store was interrupted, going on with it", "revision", w.next, "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// watch is one Watch, over all interruptions.
type watch struct {
	store *Store
	next  int64 // the lowest revision that has not been delivered
	fn    func(Batch) error

	created     bool      // the engine has begun
	interrupted bool      // the engine ended it, for a reason that passes
	asked       time.Time // when the engine was last asked how far it is
}

const (
	// progressEvery is how often an engine is asked how far it is, to which others write, too. Where they alone do, our last
	// change would be far behind, and a Compact of theirs would overtake the watch.
	progressEvery = 5 * time.Second
	// progressSoon is how often it is asked while somebody waits for the answer (Latest).
	progressSoon = 20 * time.Millisecond
)

// run watches until the engine or fn ends it.
func (w *watch) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(clientv3.WithRequireLeader(ctx))
	defer cancel()
	w.created, w.interrupted, w.asked = false, false, time.Now()
	// Never WithFragment: every response is whole revisions as it comes.
	changes := w.store.engine.watcher().Watch(ctx, string(w.store.root),
		clientv3.WithPrefix(), clientv3.WithRev(w.next), clientv3.WithCreatedNotify(), clientv3.WithProgressNotify())
	var ticks <-chan time.Time
	if w.store.engine.shared() {
		ticker := time.NewTicker(progressSoon)
		defer ticker.Stop()
		ticks = ticker.C
	}
	for {
		select {
		case change, open := <-changes:
			if !open {
				w.interrupted = true
				return context.Canceled
			}
			if err := w.receive(ctx, change); err != nil {
				return err
			}
		case now := <-ticks:
			w.askProgress(ctx, now)
		}
	}
}

func (w *watch) receive(ctx context.Context, change clientv3.WatchResponse) error {
	switch {
	case change.CompactRevision != 0:
		return &CompactedError{Floor: change.CompactRevision + 1}
	case change.Err() != nil:
		w.interrupted = passing(change.Err())
		return change.Err()
	case change.Created:
		return w.begin(ctx)
	case len(change.Events) > 0:
		return w.deliver(w.store.root.batchOf(change.Events))
	case change.IsProgressNotify() && change.Header.Revision >= w.next: // not of a member that lags behind the one before
		return w.deliver(Batch{Revision: change.Header.Revision})
	}
	return nil
}

// begin looks whether the engine has kept all that it is asked for: it accepts the very revision that was compacted to, of
// which it keeps only what is still current.
func (w *watch) begin(ctx context.Context) error {
	w.created = true
	kept, err := w.store.keeps(ctx, w.next-1)
	if err == nil && !kept {
		err = w.store.compacted(ctx)
	}
	w.interrupted = passing(err)
	return err
}

func (w *watch) deliver(batch Batch) error {
	if err := w.fn(batch); err != nil {
		return err
	}
	w.next = batch.Revision + 1
	return nil
}

// askProgress has the engine say how far it is. There may be no answer; it is asked again.
func (w *watch) askProgress(ctx context.Context, now time.Time) {
	if !w.created || w.store.latest.Load() < w.next && now.Sub(w.asked) < progressEvery {
		return
	}
	w.asked = now
	_ = w.store.engine.watcher().RequestProgress(ctx) // an error is that of the watch, which says it itself
}

func (r root) batchOf(changes []*clientv3.Event) Batch {
	batch := Batch{Events: make([]Event, len(changes)), Revision: changes[len(changes)-1].Kv.ModRevision}
	for i, change := range changes {
		batch.Events[i] = Event{
			Key:      r.storeKey(change.Kv.Key),
			Value:    change.Kv.Value,
			Revision: change.Kv.ModRevision,
			Deleted:  change.Type == mvccpb.Event_DELETE,
		}
	}
	return batch
}
