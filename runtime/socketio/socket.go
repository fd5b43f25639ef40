package socketio

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"

	"github.com/pullmode/operator/runtime/socketio/internal/engine"
)

// Handshake is what a client came with.
type Handshake struct {
	// Auth is the payload of its CONNECT: a JSON object, nil without one.
	Auth json.RawMessage
	// Query, Header and RemoteAddr are of the request that opened the connection.
	Query      url.Values
	Header     http.Header
	RemoteAddr string
}

// Handler gets what a client emits, one event at a time and in its order. ack is
// nil when the client asked for none; it counts once and may be called from
// anywhere, later, too. Bytes among the arguments are strings in base64.
type Handler func(event string, args []json.RawMessage, ack func(args ...any))

// Socket is one client that has connected. Its methods may be called from anywhere.
type Socket struct {
	Handshake Handshake

	id     string
	conn   *connection
	ctx    context.Context
	cancel context.CancelCauseFunc

	connected atomic.Bool // CONNECT has been answered
	gone      atomic.Bool // the client is
	handle    Handler     // set inside Connect, used behind it

	mu   sync.Mutex
	held []engine.Packet // what is emitted before connected
	acks acks
}

func newSocket(c *connection, auth json.RawMessage) *Socket {
	if len(auth) == 0 {
		auth = nil
	}
	s := &Socket{id: engine.NewID(), conn: c, Handshake: Handshake{
		Auth: auth, Query: c.session.Query, Header: c.session.Header, RemoteAddr: c.session.RemoteAddr,
	}}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	return s
}

// ID is the socket's name, unguessable; the client knows it, too.
func (s *Socket) ID() string { return s.id }

// On sets who gets what the client emits. Call it inside Connect; without it all is
// dropped.
func (s *Socket) On(handle Handler) { s.handle = handle }

// Emit sends an event. It never blocks: a client for whom too much waits already is
// cut off with ErrSlow. The error is why nothing will be sent: the socket's end, or
// an argument that is no JSON.
func (s *Socket) Emit(event string, args ...any) error {
	text, err := encodeEvent(event, args, nil)
	if err != nil {
		return err
	}
	return s.send(engine.Text(text))
}

// EmitPrepared is Emit for a message that many are sent.
func (s *Socket) EmitPrepared(m *Message) error { return s.send(m.packet) }

// Flushed waits until nothing that was emitted is queued any more: who emits much
// at a time keeps pace with the client by it. The error is the socket's end, or
// that of ctx.
func (s *Socket) Flushed(ctx context.Context) error {
	if err := s.over(); err != nil {
		return err
	}
	if err := s.conn.session.Flushed(ctx); err != nil {
		return cmp.Or(context.Cause(s.ctx), err)
	}
	return nil
}

// Disconnect ends the socket for good once what was emitted is sent: the client is
// told "io server disconnect" and does not connect again by itself. The reason is
// part of the Context's cause. Inside Connect, return a Refusal instead.
func (s *Socket) Disconnect(reason string) {
	if s.send(engine.Text([]byte{disconnect})) == nil {
		s.conn.session.Leave(fmt.Errorf("%w: %s", ErrDisconnected, reason))
	}
}

// Drop ends the connection once what was emitted is sent: the client sees
// "transport close" and connects again by itself.
func (s *Socket) Drop(reason string) {
	if s.over() == nil {
		s.conn.session.Close(fmt.Errorf("%w: %s", ErrDisconnected, reason))
	}
}

// Context ends with the socket; its cause says why. When the client is gone that is
// behind the last event that it had sent, or 5 s later.
func (s *Socket) Context() context.Context { return s.ctx }

// Done is closed when the socket has ended.
func (s *Socket) Done() <-chan struct{} { return s.ctx.Done() }

// send queues a packet; before the client has been told that it is connected, that
// comes first.
func (s *Socket) send(p engine.Packet) error {
	if err := s.over(); err != nil {
		return err
	}
	if !s.connected.Load() {
		if held, err := s.hold(p); held || err != nil {
			return err
		}
	}
	if err := s.conn.session.Send(p); err != nil {
		return cmp.Or(context.Cause(s.ctx), err)
	}
	return nil
}

// over is why nothing can be sent any more.
func (s *Socket) over() error {
	if err := context.Cause(s.ctx); err != nil {
		return err
	}
	if s.gone.Load() {
		return ErrLeft
	}
	return nil
}

func (s *Socket) hold(p engine.Packet) (held bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.connected.Load() {
		return false, nil
	}
	if len(s.held) >= s.conn.server.options.QueueMessages {
		s.conn.session.Abort(ErrSlow)
		return false, ErrSlow
	}
	s.held = append(s.held, p)
	return true, nil
}

// accept tells the client that it is connected, and what has been emitted since.
func (s *Socket) accept() {
	s.conn.server.sockets.Add(1)
	context.AfterFunc(s.ctx, func() { s.conn.server.sockets.Add(-1) })
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.conn.session.Send(append([]engine.Packet{engine.Text(accepted(s.id))}, s.held...)...) // over is over
	s.held = nil
	s.connected.Store(true)
}

// told says whether the client may know that it is connected: it can before accept is
// through.
func (s *Socket) told() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connected.Load()
}

func (s *Socket) end(cause error) { s.cancel(cause) }

// receive hands an event to its handler.
func (s *Socket) receive(event string, args []json.RawMessage, p packet) {
	if s.handle == nil || s.ctx.Err() != nil {
		return
	}
	defer s.guard()
	var answer func(args ...any)
	if p.asks {
		answer = s.acknowledge(p.id)
	}
	s.handle(event, args, answer)
}
