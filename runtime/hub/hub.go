// Package hub follows the store and hands every event to the connections that it
// is for.
//
// It is the one place where things get their order: under its lock a revision is
// applied to the view, its events are derived and kept, and they are queued to
// the connections of those who were subscribed at that revision (N1). A
// connection that comes or resumes takes the same lock, so what it is given first
// and what it is given later meet without gap or overlap (N8).
//
// Lock order: Hub.mu, then View's, then Conn.mu. Nothing is sent under a lock: a
// connection's queue is bounded, and who is too slow for it is let go with a
// cursor to come back with (R5).
package hub

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pullmode/operator/runtime/feed"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/view"
)

// Options are what a hub works with. Store and View are required.
type Options struct {
	Store *store.Store
	View  *view.View
	// Name is the replica's name.
	Name string
	Log  *slog.Logger
	// Now is the clock; time.Now by default.
	Now func() time.Time
	// Sight is called for a connected agent whom a new snapshot subscribes to
	// further lists. It must not block.
	Sight func(inbox.Agent)
	// Count is told of every event that is derived, once and not once a
	// connection. It must not block.
	Count func(kind protocol.EventType)
	// Connected is told of every connection of an agent, and Disconnected when it has
	// gone; last says that it was the agent's last one here. session is the
	// connection's own name, a new ULID. Both are called under the hub's lock, in
	// order: they must neither block nor call the hub.
	Connected    func(agent, session string)
	Disconnected func(agent, session string, last bool)
	// Floor is the revision from which on somebody else needs the history of the
	// store; 0 for nobody, which is the default.
	Floor func(context.Context) (int64, error)
	// QueueFrames and QueueBytes bound what waits for one connection: 1,024
	// frames and 1 MiB by default.
	QueueFrames, QueueBytes int
	// RingEvents bounds how many recent events are held for resuming, within
	// the snapshot's feed retention: 500,000 by default, and never over 512 MiB.
	RingEvents int
	// BookmarkEvery is how often an idle connection is given a newer cursor:
	// 15 s by default, which also keeps proxies from closing it.
	BookmarkEvery time.Duration
	// Tick is how long events are held to be given out together: the first one goes at
	// once, what comes within a tick of it shares a flush at its end. 50 ms by default.
	Tick time.Duration
}

// ringBytes bounds the recent events by what they weigh: messages are up to 64 KiB
// each.
const ringBytes = 512 << 20

// Hub follows one store.
type Hub struct {
	options Options
	store   *store.Store
	view    *view.View
	log     *slog.Logger

	mu       sync.Mutex
	ring     *feed.Ring
	revision int64
	target   int64 // the revision of the mark: what is before it is the past
	caughtUp bool
	draining bool
	conns    map[*Conn]struct{}
	byPlace  map[place]map[*Conn]struct{}
	byAgent  map[string]map[*Conn]struct{}
	sessions sessions
	opened   uint64        // how many connections there have been
	touched  []*Conn       // whom the revision that is being taken holds something for
	ticking  bool          // a tick is running
	waiting  []*Conn       // whom something goes out to at its end
	idle     chan struct{} // closed when draining and the last connection has gone
	marks    uint64
	samples  []sample

	futureWait time.Duration

	written atomic.Pointer[writtenCursor]
}

// writtenCursor is the cursor that was asked for last: a revision mostly goes to many
// connections.
type writtenCursor struct {
	revision int64
	text     string
}

func (h *Hub) cursor(revision int64) string {
	if w := h.written.Load(); w != nil && w.revision == revision {
		return w.text
	}
	w := &writtenCursor{revision: revision, text: h.view.Cursor(revision)}
	h.written.Store(w)
	return w.text
}

// New makes a hub that does nothing until Run.
func New(o Options) *Hub {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sight == nil {
		o.Sight = func(inbox.Agent) {}
	}
	if o.Count == nil {
		o.Count = func(protocol.EventType) {}
	}
	if o.Connected == nil {
		o.Connected = func(string, string) {}
	}
	if o.Disconnected == nil {
		o.Disconnected = func(string, string, bool) {}
	}
	if o.Floor == nil {
		o.Floor = func(context.Context) (int64, error) { return 0, nil }
	}
	o.QueueFrames = orDefault(o.QueueFrames, 1024)
	o.QueueBytes = orDefault(o.QueueBytes, 1<<20)
	o.RingEvents = orDefault(o.RingEvents, 500_000)
	if o.BookmarkEvery == 0 {
		o.BookmarkEvery = 15 * time.Second
	}
	if o.Tick == 0 {
		o.Tick = defaultTick
	}
	return &Hub{
		options: o, store: o.Store, view: o.View, log: o.Log,
		ring:     feed.NewRing(0, o.RingEvents, ringBytes),
		conns:    map[*Conn]struct{}{},
		byPlace:  map[place]map[*Conn]struct{}{},
		byAgent:  map[string]map[*Conn]struct{}{},
		sessions: sessions{},
		idle:     make(chan struct{}),

		futureWait: futureWait,
	}
}

func orDefault(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// Stats are figures of the hub for metrics.
type Stats struct {
	Connections int
	// Agents is how many agents have at least one connection.
	Agents   int
	Events   int
	Revision int64
	Floor    int64
}

// Stats says how the hub stands.
func (h *Hub) Stats() Stats {
	h.mu.Lock()
	defer h.mu.Unlock()
	return Stats{Connections: len(h.conns), Agents: len(h.byAgent), Events: h.ring.Len(), Revision: h.revision, Floor: h.ring.Floor()}
}

// Listeners is how many agents with a connection here are told of the requests of
// each list; a list that nobody is told of is missing.
func (h *Hub) Listeners() map[string]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	listeners := map[string]int{}
	for p, conns := range h.byPlace {
		agents := map[string]struct{}{}
		for c := range conns {
			agents[c.agent.Name] = struct{}{}
		}
		listeners[p.list] += len(agents)
	}
	return listeners
}

// Ready says what keeps the replica from serving; nil when nothing does.
func (h *Hub) Ready() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case !h.caughtUp:
		return errNotCaughtUp
	case h.draining:
		return ErrDraining
	case h.view.Config() == nil:
		return errNoConfiguration
	}
	return nil
}

// Run loads the view and follows the store until ctx ends or the store cannot be
// followed any more; it says why.
func (h *Hub) Run(ctx context.Context) error {
	loaded, err := h.load(ctx)
	if err != nil {
		return err
	}
	return h.follow(ctx, loaded)
}
