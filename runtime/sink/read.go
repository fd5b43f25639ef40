package sink

import (
	"context"
	"errors"
	"time"

	"github.com/pullmode/operator/runtime/record"
	"github.com/pullmode/operator/runtime/store"
)

// errFull ends a watch when there is enough to do. What comes meanwhile stays in
// the store and does not fill the memory, as it would behind a watch that is open.
var errFull = errors.New("enough has been read")

// read fills the backlog.
func (t *stint) read(ctx context.Context, next int64) error {
	for {
		err := t.Store.Watch(ctx, next, func(b store.Batch) error {
			for events := b.Events; len(events) > 0; {
				n := 1
				for n < len(events) && events[n].Revision == events[0].Revision {
					n++
				}
				if err := t.take(ctx, events[0].Revision, events[:n]); err != nil {
					return &fatal{err}
				}
				next, events = events[0].Revision+1, events[n:]
				if t.backlog.full() {
					return errFull
				}
			}
			if b.Revision >= next {
				t.backlog.add(b.Revision, time.Time{}, nil)
				next = b.Revision + 1
			}
			return nil
		})
		if err := t.again(ctx, err, "of the event sink"); err != nil {
			return err
		}
	}
}

// take takes in one revision.
func (t *stint) take(ctx context.Context, revision int64, changes []store.Event) error {
	// What an event says of the configuration, the view has to know.
	if err := t.View.WaitFor(ctx, revision); err != nil {
		return err
	}
	events, err := t.derive.derive(revision, changes)
	if err != nil {
		return err
	}
	return t.add(ctx, revision, events)
}

// add puts events on their way.
func (t *stint) add(ctx context.Context, revision int64, events []record.Event) error {
	all, err := parcels(events)
	if err != nil {
		return err
	}
	var at time.Time
	if len(events) > 0 {
		at = events[0].Time
	}
	for _, lane := range t.backlog.add(revision, at, all) {
		t.tasks.Go(func() error { return t.work(ctx, lane) })
	}
	return nil
}

// again says whether a watch that ended is begun anew: nil when it is time to.
func (t *stint) again(ctx context.Context, err error, what string) error {
	var broken *fatal
	var compacted *store.CompactedError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &broken):
		return broken.error
	case errors.Is(err, store.ErrClosed), errors.As(err, &compacted):
		return err
	case errors.Is(err, errFull):
		for !t.backlog.roomy() {
			select {
			case <-t.backlog.freed:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return nil
	}
	t.Log.Warn("the watch "+what+" ended, beginning it again", "error", err)
	return pause(ctx, t.Least, nil)
}

// fatal is what makes it wrong to watch on.
type fatal struct{ error }

// measure counts what there is in the store, whether or not it can be posted.
func (t *stint) measure(ctx context.Context, next int64) error {
	for {
		err := t.Store.Watch(ctx, next, func(b store.Batch) error {
			t.meter.see(b)
			next = b.Revision + 1
			return nil
		})
		if err := t.again(ctx, err, "of the event sink's meter"); err != nil {
			return err
		}
	}
}
