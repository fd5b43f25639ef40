package engine

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// Session is one client. Its methods may be called from anywhere.
type Session struct {
	// Query, Header and RemoteAddr are of the request that opened the session.
	Query      url.Values
	Header     http.Header
	RemoteAddr string

	id       string
	server   *Server
	receiver Receiver

	// in is held while something is handed to the receiver. busy says so without it.
	in   sync.Mutex
	busy atomic.Bool

	// mu guards what follows; nothing else is locked and nobody called under it, but for
	// Open.
	mu     sync.Mutex
	state  state
	theirs bool     // the end of a finishing session is the client's to make
	queue  []Packet // waits for the writer, or for a poll
	bytes  int      // of queue
	alive  heartbeat
	pings  []func() // those that have not been answered, in their order: what to call then, or nil

	conn      *wire     // the transport, or nil: long polling
	probe     *wire     // a WebSocket that is to take over
	reserved  bool      // for such a one
	upgrading bool      // polls are answered so that it can
	noopAt    time.Time // when the next one is
	writing   bool      // somebody writes to conn
	polled    bool      // a GET waits
	posting   bool      // a POST is read

	wake chan struct{} // something changed for the GET
	sent chan struct{} // closed when nothing is queued; nil: nobody waits for that
	done chan struct{} // closed at the end
}

type state int

const (
	opened    state = iota
	finishing       // only what is queued is still sent
	ended
)

func newSession(server *Server, r *http.Request) *Session {
	return &Session{
		Query: r.URL.Query(), Header: r.Header, RemoteAddr: r.RemoteAddr,
		id: NewID(), server: server,
		wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
}

// start makes the session known and, on a WebSocket, begins to read. Who receives
// is there before the client can know that it may send.
func (s *Session) start(conn *wire) {
	s.mu.Lock() // whoever receives may end it at once, which is to come behind its beginning
	s.receiver = s.server.options.Open(s)
	s.alive.start(s.server.options.PingInterval, s.beat)
	s.mu.Unlock()
	if s.server.add(s) {
		s.Close(ErrClosed)
	}
	if conn == nil {
		return
	}
	s.mu.Lock()
	s.conn = conn
	if s.state != ended {
		s.queue = append([]Packet{s.handshake()}, s.queue...)
	}
	s.flush()
	gone := s.state == ended
	if !gone {
		s.server.running.Add(1)
	}
	s.mu.Unlock()
	if gone {
		_ = conn.Close() // nobody is left to be told
		return
	}
	go func() {
		defer s.server.running.Done()
		s.read(conn)
	}()
}

// Send queues packets. It never blocks. When too much waits already the session
// ends with ErrSlow; a single packet may be larger than the bound.
func (s *Session) Send(packets ...Packet) error {
	s.mu.Lock()
	if s.state != opened {
		s.mu.Unlock()
		return ErrLost
	}
	for _, p := range packets {
		o := &s.server.options
		if len(s.queue) > 0 && (len(s.queue) >= o.QueueMessages || s.bytes+len(p.data) > o.QueueBytes) {
			s.mu.Unlock()
			s.Abort(ErrSlow)
			return ErrSlow
		}
		s.push(p)
	}
	s.flush()
	s.mu.Unlock()
	return nil
}

func (s *Session) push(p Packet) {
	s.queue = append(s.queue, p)
	s.bytes += len(p.data)
	if p.data[0] == ping {
		s.pings = append(s.pings, p.answered)
	}
}

// Flushed waits until nothing is queued: the client, or the network on the way to
// it, has all of it.
func (s *Session) Flushed(ctx context.Context) error {
	s.mu.Lock()
	if s.state == opened && len(s.queue) == 0 && !s.writing {
		s.mu.Unlock()
		return nil
	}
	if s.sent == nil {
		s.sent = make(chan struct{})
	}
	sent := s.sent
	s.mu.Unlock()
	select {
	case <-sent:
		return nil
	case <-s.done:
		return ErrLost
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (s *Session) flushed() {
	if s.sent != nil {
		close(s.sent)
		s.sent = nil
	}
}

// take empties the queue; spare is a slice to fill next.
func (s *Session) take(spare []Packet) []Packet {
	taken := s.queue
	s.queue, s.bytes = spare, 0
	return taken
}

// flush sees to it that somebody sends what is queued.
func (s *Session) flush() {
	if s.conn == nil {
		select {
		case s.wake <- struct{}{}:
		default:
		}
		return
	}
	if !s.writing && s.state != ended {
		s.writing = true
		s.server.running.Add(1)
		go s.write(s.conn)
	}
}

// receive takes one packet from the client and says whether it is one. in is held.
func (s *Session) receive(data []byte, binary bool) bool {
	kind := byte(message)
	if !binary {
		if len(data) == 0 {
			s.Abort(fmt.Errorf("%w: a packet without a type", ErrProtocol))
			return false
		}
		kind, data = data[0], data[1:]
	}
	switch kind {
	case message:
		if !s.receives() {
			break
		}
		s.busy.Store(true)
		s.receiver.Message(data, binary)
		s.busy.Store(false)
	case pong:
		s.answered()
	case shut:
		s.Abort(ErrLeft)
	case noop:
	default:
		s.Abort(fmt.Errorf("%w: a packet of type %q", ErrProtocol, kind))
		return false
	}
	return true
}

// receives says whether there is still somebody for what the client sends.
func (s *Session) receives() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state == opened
}
