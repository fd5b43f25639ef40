package hub

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
)

var (
	// ErrSlow ends a connection whose peer does not read: it can come back with
	// its last cursor (R5).
	ErrSlow = errors.New("too slow: events came faster than they were read; connect again with the last cursor")
	// ErrReplaced ends a connection whose agent has connected anew, where one
	// connection is what an agent may have (R6).
	ErrReplaced = errors.New("replaced: the agent has connected elsewhere")
	// ErrDraining ends a connection because the replica is about to stop.
	ErrDraining = errors.New("this replica is stopping: connect again")
	// ErrUntrusted ends a connection whose token is of an issuer that the routing
	// snapshot trusts no longer, or reads the tokens of in another way.
	ErrUntrusted = errors.New("the token's issuer is not trusted any more, or not as it was: connect again with a token that counts now")
	// ErrClosed is what a closed connection answers.
	ErrClosed = errors.New("the connection is closed")
)

// Frame is one event as it goes to a client.
type Frame struct {
	Type protocol.EventType
	// Data is a JSON object, encoded once and shared: it must not be changed.
	Data []byte
	// At is when the command was decided that this came of; zero where it is of none,
	// and of what has been resumed.
	At time.Time
	// Whole is a revision that everything has been had of with this frame, 0 where
	// there is none. A long resume moves its cursor in between by it: over a line
	// that breaks again and again it would otherwise never come to its end.
	Whole int64
	// later makes Data when the frame is read, for what is large and for one
	// connection alone: it is neither made under the hub's lock nor waits encoded.
	later func() []byte
}

// Flush is what is to be written next. A client that has had all of it has had
// everything up to Cursor, and one that has had a part of it has not. Without a
// Cursor it is a part itself, of a large snapshot, and the next flush goes on.
type Flush struct {
	Frames []Frame
	Cursor string
}

// Conn is one connection's feed. Next and Take are called by one goroutine at a time.
type Conn struct {
	hub     *Hub
	session string

	// Under Hub.mu. Events and told are of the revision that is being taken.
	agent   inbox.Agent // its name stays
	voucher voucher
	lists   map[string]standing
	held    int64 // no cursor is behind it; 0 where they are where the hub is
	known   string
	mark    uint64
	events  []Frame
	told    []Frame
	seen    bool // the store has told of its session, or of a later one here
	order   uint64
	over    bool // it is replaced: it ends with the revision that is being taken
	waits   bool // it is among Hub.waiting

	mu       sync.Mutex
	queue    []Frame
	frames   int   // events since the queue was last empty: they are bounded
	bytes    int   // likewise
	revision int64 // everything up to it is in queue, or has been taken
	fresh    bool  // revision has moved since it was last given out
	due      bool  // that is not held back for the tick's end any more
	err      error // why the connection has ended
	last     error // why it ends once its queue is empty
	wake     chan struct{}
	ready    func() // in wake's place
	parked   bool   // Take had nothing: ready is to be called
}

func newConn(h *Hub, agent inbox.Agent) *Conn {
	return &Conn{hub: h, agent: agent, session: ulid.Make().String(), wake: make(chan struct{}, 1)}
}

// push queues what a revision holds for the connection, all at once: a cursor
// stands behind all of it. It goes out when it is hastened. When too many events are
// waiting already it ends the connection. Under Hub.mu, as give.
func (c *Conn) push(events, told []Frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last != nil {
		return
	}
	for _, f := range events {
		c.bytes += len(f.Data)
	}
	c.frames += len(events)
	if c.frames > c.hub.options.QueueFrames || c.bytes > c.hub.options.QueueBytes {
		// What is queued is not sent any more: it may be a part of a revision.
		c.fail(ErrSlow)
		return
	}
	c.append(append(events, told...))
}

// give queues what the connection starts with or has just asked for, and lets it go
// at once. It is as large as it is, and nobody's slowness, so it does not count.
func (c *Conn) give(frames []Frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.append(frames)
	c.release()
}

// hasten lets what is queued go.
func (c *Conn) hasten() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.release()
}

func (c *Conn) release() {
	if c.fresh && !c.due {
		c.due = true
		c.signal()
	}
}

func (c *Conn) append(frames []Frame) {
	if c.err != nil || c.last != nil {
		return
	}
	revision := c.reached()
	if n := len(frames); n > 0 {
		frames[n-1].Whole = revision
	}
	if c.queue == nil {
		c.queue = frames
	} else {
		c.queue = append(c.queue, frames...)
	}
	c.revision, c.fresh = revision, true
}

// fail ends the connection at once; under mu.
func (c *Conn) fail(err error) {
	if c.err == nil {
		c.err, c.queue = err, nil
		c.signal()
	}
}

// finish ends the connection after what is queued, which goes at once. What comes
// later is not queued any more: in full traffic it would otherwise never end.
func (c *Conn) finish(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last == nil {
		c.last = err
		c.signal()
	}
}

func (c *Conn) signal() {
	if c.ready != nil {
		if c.parked {
			c.parked = false
			c.ready()
		}
		return
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Next waits for something to write. When nothing has come for a while it gives
// a flush without frames and with a newer cursor.
//
// Errors: ErrSlow, ErrReplaced, ErrDraining, ErrUntrusted, ErrClosed, and ctx's, however
// much there is to write.
func (c *Conn) Next(ctx context.Context) (Flush, error) {
	idle := time.NewTimer(c.hub.options.BookmarkEvery)
	defer idle.Stop()
	for ctx.Err() == nil {
		if flush, ok, err := c.Take(); ok || err != nil {
			return flush, err
		}
		select {
		case <-c.wake:
		case <-idle.C:
			c.Bookmark()
		case <-ctx.Done():
		}
	}
	return Flush{}, context.Cause(ctx)
}

// Ready has Take used in the place of Next, by whoever has better to do than to wait:
// f is called when there is something to take after Take had nothing, once for each
// time that it had nothing. It is called under locks: it must neither block nor call
// the connection. Bookmarks are the caller's to ask for.
func (c *Conn) Ready(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ready = f
}

// Take gives what is to be written now; ok is false when that is nothing. Its errors
// are those of Next, but ctx's.
func (c *Conn) Take() (flush Flush, ok bool, err error) {
	flush, ok, err = c.take()
	flush.encode()
	return flush, ok, err
}

func (c *Conn) take() (Flush, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.err != nil:
		return Flush{}, false, c.err
	case c.due || c.fresh && c.last != nil:
		return c.flush(), true, nil
	}
	c.parked = c.last == nil
	return Flush{}, false, c.last
}

// flush takes the queue, or of one with several parts of a snapshot no more than
// one: they are made one by one, as they are read.
func (c *Conn) flush() Flush {
	parts := 0
	for i, f := range c.queue {
		if f.later == nil {
			continue
		}
		if parts++; parts == 2 {
			flush := Flush{Frames: c.queue[:i:i]}
			c.queue = c.queue[i:]
			return flush
		}
	}
	flush := Flush{Frames: c.queue, Cursor: c.hub.cursor(c.revision)}
	c.queue, c.frames, c.bytes, c.fresh, c.due = nil, 0, 0, false, false
	return flush
}

func (f Flush) encode() {
	for i := range f.Frames {
		if later := f.Frames[i].later; later != nil {
			f.Frames[i].Data, f.Frames[i].later = later(), nil
		}
	}
}

// Bookmark moves an idle connection's cursor to where the hub is.
func (c *Conn) Bookmark() {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	c.give(nil)
}

// Abort ends the connection at once, whatever is queued: who takes from it is told the
// error, or why it had ended before.
func (c *Conn) Abort(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fail(err)
}

// Err is why the connection has ended, also where nobody has taken that yet; nil while
// it has not.
func (c *Conn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Close ends the connection.
func (c *Conn) Close() {
	c.Abort(ErrClosed)
	c.hub.unregister(c)
}
