package hub

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pullmode/operator/runtime/feed"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/view"
)

var (
	errNotCaughtUp     = errors.New("still reading the store")
	errNoConfiguration = errors.New("no routing snapshot has been programmed yet")
)

// load fills the view. Then it writes a mark into the store: the watch, which
// begins in the past, has caught up when the mark comes by.
func (h *Hub) load(ctx context.Context) (loaded int64, err error) {
	loaded, err = h.store.Load(ctx, view.Prefixes, h.view.Load)
	if err != nil {
		return 0, fmt.Errorf("load the view: %w", err)
	}
	if err := h.view.Loaded(loaded); err != nil {
		return 0, err
	}
	mark := store.Txn{Ops: []store.Op{
		store.Put(keyspace.Started, []byte(h.options.Name+" "+h.options.Now().UTC().Format(time.RFC3339Nano))),
	}}
	marked, err := h.store.Commit(ctx, mark)
	for errors.Is(err, store.ErrUnknownOutcome) && ctx.Err() == nil {
		marked, err = h.store.Commit(ctx, mark) // the one that is known of is as good
	}
	if err != nil {
		return 0, fmt.Errorf("mark the start: %w", err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.revision, h.target = loaded, marked.Revision
	return loaded, nil
}

// follow watches from the beginning of the kept history, so that cursors from
// before a restart can be resumed. What the view has loaded already only fills
// the ring.
func (h *Hub) follow(ctx context.Context, loaded int64) error {
	const pause = 100 * time.Millisecond
	from := int64(1)
	for {
		err := h.store.Watch(ctx, from, func(b store.Batch) error {
			if err := h.take(b, loaded); err != nil {
				return &fatal{err}
			}
			from = b.Revision + 1
			return nil
		})
		var compacted *store.CompactedError
		var broken *fatal
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.As(err, &broken):
			return broken.err
		case errors.Is(err, store.ErrClosed):
			return err
		case errors.As(err, &compacted):
			if compacted.Floor > h.Stats().Revision+1 {
				return fmt.Errorf("fell behind the history that is kept: start again: %w", err)
			}
			from = compacted.Floor
			h.mu.Lock()
			h.ring = feed.NewRing(compacted.Floor-1, h.options.RingEvents, ringBytes)
			h.mu.Unlock()
			continue
		}
		h.log.Warn("the watch of the store ended, beginning it again", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// fatal is what makes it wrong to go on.
type fatal struct{ err error }

func (f *fatal) Error() string { return f.err.Error() }

// take splits a batch into its revisions: who is subscribed can change with any
// of them. One without events says how far the store is: others write to it, too.
func (h *Hub) take(b store.Batch, loaded int64) error {
	if len(b.Events) == 0 {
		return h.takeRevision(b, loaded)
	}
	for events := b.Events; len(events) > 0; {
		n := 1
		for n < len(events) && events[n].Revision == events[0].Revision {
			n++
		}
		revision := store.Batch{Revision: events[0].Revision, Events: events[:n]}
		if err := h.takeRevision(revision, loaded); err != nil {
			return err
		}
		events = events[n:]
	}
	return nil
}

func (h *Hub) takeRevision(b store.Batch, loaded int64) error {
	items, err := feed.Derive(b)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ring.Append(items)
	if b.Revision <= loaded {
		return h.meet(b)
	}
	if err := h.view.Apply(b); err != nil {
		return err
	}
	h.revision = b.Revision
	if !h.caughtUp && h.revision >= h.target {
		h.caughtUp = true
		h.log.Info("caught up with the store", "revision", h.revision, "recentEvents", h.ring.Len())
	}
	h.sample()
	for _, item := range items {
		if !item.Twin {
			h.options.Count(item.Type)
		}
	}
	h.dispatch(items)
	// After the events: who subscribes in a revision is given what is open after
	// it, and not the events of it (N1).
	h.refresh(b)
	if err := h.meet(b); err != nil {
		return err
	}
	h.tell()
	return nil
}

// refresh looks again at the connections whose lists a revision may have changed.
func (h *Hub) refresh(b store.Batch) {
	everybody, chosen := false, map[string][]string{} // lists by agent
	for _, e := range b.Events {
		if name, ok := keyspace.AgentOf(e.Key); ok {
			for c := range h.byAgent[name] {
				h.hold(c)
			}
		}
		if name, list, ok := keyspace.SubscriptionOf(e.Key); ok {
			chosen[name] = append(chosen[name], list)
		}
		everybody = everybody || e.Key == keyspace.ConfigCurrent && !e.Deleted
	}
	if everybody {
		for c := range h.conns {
			if !h.trusts(c) {
				c.Abort(ErrUntrusted)
				continue
			}
			h.look(c, chosen[c.agent.Name])
		}
		return
	}
	for name, lists := range chosen {
		for c := range h.byAgent[name] {
			h.look(c, lists)
		}
	}
}
