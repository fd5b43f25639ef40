package hub

import (
	"context"
	"time"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
)

// futureWait is how long a cursor may be ahead of this replica before it is taken
// for one of another history: a client that comes from a faster replica is at
// most this far ahead. It is longer than a replica's pauses, as an answer's wait for
// the view is.
const futureWait = 5 * time.Second

// Connect begins an agent's feed: at the cursor if it can be resumed, otherwise
// with a snapshot. An empty cursor asks for a snapshot.
//
// Errors: ErrDraining, ErrUntrusted, and what Ready says; then nothing was begun.
func (h *Hub) Connect(ctx context.Context, agent inbox.Agent, cursor string, options ...Option) (*Conn, error) {
	if err := h.Ready(); err != nil {
		return nil, err
	}
	at, malformed := protocol.ParseCursor(cursor)
	if malformed == nil && h.store.Holds(at.History, at.Revision) {
		patience, cancel := context.WithTimeout(ctx, h.futureWait)
		_ = h.view.WaitFor(patience, at.Revision) // if it does not come, resume says so
		cancel()
	}

	h.mu.Lock()
	defer h.mu.Unlock()
	if h.draining {
		return nil, ErrDraining
	}
	box := inbox.Of(h.view, agent)
	c := newConn(h, agent)
	if !h.vouch(c, options) {
		return nil, ErrUntrusted
	}
	c.lists, c.known = standings(h.view.Config(), box), fingerprint(box.Lists())
	h.register(c)
	h.hold(c)
	switch {
	case cursor == "":
		c.give(h.snapshot(box, protocol.SnapshotConnected, nil))
	case malformed != nil:
		c.give(h.gap(box, protocol.GapMalformed))
	default:
		c.give(h.resume(box, agent, at))
	}
	return c, nil
}

// resume gives what came after a cursor (R1), or says why it cannot (R2, R3).
func (h *Hub) resume(box *inbox.Inbox, agent inbox.Agent, at protocol.Cursor) []Frame {
	if !h.store.Holds(at.History, at.Revision) {
		return h.gap(box, protocol.GapEpoch)
	}
	if at.Revision > h.revision {
		return h.gap(box, protocol.GapFuture)
	}
	items, ok := h.ring.Since(at.Revision)
	if !ok {
		return h.gap(box, protocol.GapExpired)
	}
	// What the agent's lists are may have changed meanwhile. That is told at the end
	// and only once, so no cursor may stand before it.
	changed := h.view.ConfigRevision() > at.Revision || box.ChangedSince(at.Revision) || h.otherwise(agent) > 0
	var frames []Frame
	last := int64(0)
	for _, item := range items {
		since, subscribed := box.Subscribed(item.Audience.List)
		access, _ := box.Access(item.Audience.List)
		if item.Audience.Has(agent.Name, subscribed && item.Revision > since, access.Role) {
			if n := len(frames); n > 0 && item.Revision > last && !changed {
				frames[n-1].Whole = last
			}
			frames, last = append(frames, Frame{Type: item.Type, Data: item.Data}), item.Revision
		}
	}
	if changed {
		frames = append(frames, frame(protocol.EventListsChanged, protocol.ListsChanged{Type: protocol.EventListsChanged, Lists: box.Lists()}))
		frames = append(frames, h.snapshot(box, protocol.SnapshotListsChanged, nil)...)
	}
	return frames
}

func (h *Hub) gap(box *inbox.Inbox, reason protocol.GapReason) []Frame {
	frames := []Frame{frame(protocol.EventGap, protocol.Gap{Type: protocol.EventGap, Reason: reason})}
	return append(frames, h.snapshot(box, protocol.SnapshotGap, nil)...)
}

func (h *Hub) register(c *Conn) {
	h.opened++
	c.order = h.opened
	h.conns[c] = struct{}{}
	add(h.byAgent, c.agent.Name, c)
	for list, s := range c.lists {
		add(h.byPlace, place{list, s.role}, c)
	}
	h.options.Connected(c.agent.Name, c.session)
}

// unregister forgets a connection; called by its Close.
func (h *Hub) unregister(c *Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, known := h.conns[c]; !known {
		return
	}
	delete(h.conns, c)
	drop(h.byAgent, c.agent.Name, c)
	for list, s := range c.lists {
		drop(h.byPlace, place{list, s.role}, c)
	}
	h.options.Disconnected(c.agent.Name, c.session, len(h.byAgent[c.agent.Name]) == 0)
	if h.draining && len(h.conns) == 0 {
		close(h.idle)
	}
}

func add[K comparable](sets map[K]map[*Conn]struct{}, key K, c *Conn) {
	if sets[key] == nil {
		sets[key] = map[*Conn]struct{}{}
	}
	sets[key][c] = struct{}{}
}

func drop[K comparable](sets map[K]map[*Conn]struct{}, key K, c *Conn) {
	delete(sets[key], c)
	if len(sets[key]) == 0 {
		delete(sets, key)
	}
}
