package store

import (
	"context"
	"fmt"

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
// called again before it returns: who is slow delays only himself, his events wait in memory.
//
// Errors: *CompactedError if the history from there is not kept any more, ErrClosed, ctx's, fn's. After any other, watch
// again from the last Batch.Revision+1.
func (s *Store) Watch(ctx context.Context, from int64, fn func(Batch) error) error {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	from = max(from, 2) // an empty store is at 1
	// Never WithFragment: it would cut revisions.
	changes := s.engine.client.Watch(clientv3.WithRequireLeader(ctx), root,
		clientv3.WithPrefix(), clientv3.WithRev(from), clientv3.WithCreatedNotify(), clientv3.WithProgressNotify())
	for change := range changes {
		if err := s.receive(ctx, from, change, fn); err != nil {
			return err
		}
	}
	return fmt.Errorf("watch: %w", reason(ctx, context.Canceled))
}

func (s *Store) receive(ctx context.Context, from int64, change clientv3.WatchResponse, fn func(Batch) error) error {
	switch {
	case change.CompactRevision != 0:
		return fmt.Errorf("watch from revision %d: %w", from, &CompactedError{Floor: change.CompactRevision + 1})
	case change.Err() != nil:
		return fmt.Errorf("watch: %w", reason(ctx, change.Err()))
	case change.Created:
		// etcd accepts the very revision that was compacted to, of which it keeps only what is still current.
		kept, err := s.keeps(ctx, from-1)
		if err == nil && !kept {
			err = s.compacted(ctx)
		}
		if err != nil {
			return fmt.Errorf("watch from revision %d: %w", from, err)
		}
		return nil
	case len(change.Events) > 0:
		return fn(batchOf(change.Events))
	case change.IsProgressNotify():
		return fn(Batch{Revision: change.Header.Revision})
	}
	return nil
}

func batchOf(changes []*clientv3.Event) Batch {
	batch := Batch{Events: make([]Event, len(changes)), Revision: changes[len(changes)-1].Kv.ModRevision}
	for i, change := range changes {
		batch.Events[i] = Event{
			Key:      storeKey(change.Kv.Key),
			Value:    change.Kv.Value,
			Revision: change.Kv.ModRevision,
			Deleted:  change.Type == mvccpb.Event_DELETE,
		}
	}
	return batch
}
