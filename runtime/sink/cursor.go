package sink

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/store"
)

const (
	// every is how often the cursor is written, and the bounds are looked at.
	every = time.Second
	// idleEvery is how often it is written when no event was taken: only so that
	// the store can give up history in which there was nothing for the sink. Well
	// below the shortest time that history is kept for its own sake (10 min).
	idleEvery = time.Minute
)

// tend keeps the cursor and the bounds.
func (t *stint) tend(ctx context.Context) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if err := t.bounded(); err != nil {
			return err
		}
		err := t.save(ctx, false)
		switch {
		case errors.Is(err, errElsewhere), errors.Is(err, store.ErrClosed):
			return err
		case err != nil && ctx.Err() == nil:
			t.Log.Warn("could not write how far the event sink is, trying again", "error", err)
		}
	}
}

// save writes the cursor if that is worth a write. The write itself moves the
// history on, which must not be a reason for the next one.
func (t *stint) save(ctx context.Context, last bool) error {
	position, taken, _ := t.backlog.progress()
	told := t.saved.Gap != nil && position >= t.saved.Revision
	idle := taken == t.taken
	switch {
	case position <= t.saved.Revision && !told:
		return nil
	case idle && (position <= t.written || (!last && t.Now().Sub(t.at) < idleEvery)):
		return nil
	}
	if err := t.write(ctx, keyspace.SinkRecord{Revision: position}); err != nil {
		return err
	}
	t.taken = taken
	return nil
}

// write writes the cursor, unless somebody else has: then two replicas post at
// once, and one has to look where the other is.
func (t *stint) write(ctx context.Context, cursor keyspace.SinkRecord) error {
	value, err := json.Marshal(cursor)
	if err != nil {
		return err
	}
	result, err := t.Store.Commit(ctx, store.Txn{
		Compares: []store.Compare{{Key: keyspace.SinkCursor, Revision: t.written}},
		Ops:      []store.Op{store.Put(keyspace.SinkCursor, value)},
	})
	switch {
	case err != nil:
		return err
	case !result.Committed:
		return errElsewhere
	}
	t.saved, t.written, t.at = cursor, result.Revision, t.Now()
	return nil
}
