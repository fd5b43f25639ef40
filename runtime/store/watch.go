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

// Batch is one or more WHOLE revisions: no event with a revision up to Revision comes after it.
type Batch struct {
	// Revision is the highest of the batch; resume with Watch(Revision+1).
	Revision int64
	// Events are in order of revision.
	Events []Event
}

// Watch calls fn with every change from revision from on, in order, until ctx ends, fn returns an error, or the store does;
// it returns why, never nil. A slow fn delays itself only: events wait in memory. from below 2 means from the beginning.
// Errors: *CompactedError if the history from there is not kept, ErrClosed, ctx's, fn's; any other: watch again from the
// last Batch.Revision+1.
func (s *Store) Watch(ctx context.Context, from int64, fn func(Batch) error) error {
	ctx, cancel := context.WithCancel(clientv3.WithRequireLeader(ctx))
	defer cancel()
	defer context.AfterFunc(s.life, cancel)()
	changes := s.client.Watch(ctx, root, clientv3.WithPrefix(), clientv3.WithRev(max(from, 2)))
	for change := range changes {
		if change.CompactRevision != 0 {
			return fmt.Errorf("watch from revision %d: %w", from, &CompactedError{Floor: change.CompactRevision + 1})
		}
		if err := change.Err(); err != nil {
			return fmt.Errorf("watch: %w", s.readError(err))
		}
		if len(change.Events) == 0 {
			continue
		}
		if err := fn(batchOf(change.Events)); err != nil {
			return err
		}
	}
	if s.life.Err() != nil {
		return ErrClosed
	}
	return context.Cause(ctx)
}

func batchOf(changes []*clientv3.Event) Batch {
	batch := Batch{Events: make([]Event, len(changes)), Revision: changes[len(changes)-1].Kv.ModRevision}
	for i, change := range changes {
		batch.Events[i] = Event{
			Key:      string(change.Kv.Key[len(root):]),
			Value:    change.Kv.Value,
			Revision: change.Kv.ModRevision,
			Deleted:  change.Type == mvccpb.Event_DELETE,
		}
	}
	return batch
}
