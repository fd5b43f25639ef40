package socketio

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/pullmode/operator/runtime/socketio/internal/engine"
)

// connection reads the packets of one Engine.IO session and hands what they say to
// its socket.
type connection struct {
	server  *Server
	session *engine.Session
	work    work

	// Only Message uses these: one call after the other.
	partial *partial

	mu       sync.Mutex
	socket   *Socket // that has not been left, or nil
	patience *time.Timer
	waits    bool // for an accepted CONNECT
	closed   bool
}

func (s *Server) open(session *engine.Session) engine.Receiver {
	c := &connection{server: s, session: session, waits: true}
	c.work.init(s)
	s.running.Add(1)
	s.waiting.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.patience = time.AfterFunc(s.options.ConnectTimeout, c.late)
	return c
}

// late ends a connection that is for no socket.
func (c *connection) late() {
	c.session.Close(fmt.Errorf("%w: no CONNECT in time", ErrProtocol))
}

// Message takes one message of the client.
func (c *connection) Message(data []byte, binary bool) {
	if err := c.take(data, binary); err != nil {
		c.session.Abort(err)
	}
}

func (c *connection) take(data []byte, binary bool) error {
	if binary {
		return c.attach(data)
	}
	if c.partial != nil {
		return fmt.Errorf("%w: a packet in the midst of another's attachments", ErrProtocol)
	}
	p, err := parse(data)
	switch {
	case err != nil:
		return err
	case p.namespace != "/":
		return c.elsewhere(p)
	case p.attachments > 0:
		c.partial = &partial{packet: p, bytes: int64(len(data))}
		return nil
	}
	return c.handle(p)
}

// attach takes the next attachment of a binary packet.
func (c *connection) attach(data []byte) error {
	p := c.partial
	if p == nil {
		return fmt.Errorf("%w: an attachment of nothing", ErrProtocol)
	}
	p.attachments = append(p.attachments, data)
	if p.bytes += int64(len(data)); p.bytes > c.server.options.MaxPayload {
		return fmt.Errorf("%w: attachments of more than %d bytes", ErrProtocol, c.server.options.MaxPayload)
	}
	if !p.complete() {
		return nil
	}
	c.partial = nil
	whole, err := p.whole()
	if err != nil {
		return err
	}
	return c.handle(whole)
}

// elsewhere answers a packet of another namespace: there is none.
func (c *connection) elsewhere(p packet) error {
	if p.kind != connect {
		return fmt.Errorf("%w: a packet of a namespace that is not connected", ErrProtocol)
	}
	text, err := refused(p.namespace, &Refusal{Message: "Invalid namespace"})
	if err != nil {
		return err
	}
	return c.session.Send(engine.Text(text))
}

func (c *connection) handle(p packet) error {
	if p.kind == connect {
		return c.connect(p)
	}
	c.mu.Lock()
	socket := c.socket
	c.mu.Unlock()
	if socket == nil {
		return fmt.Errorf("%w: a packet before CONNECT", ErrProtocol)
	}
	if p.kind == disconnect {
		c.left(socket)
		return nil
	}
	args, err := p.args()
	if err != nil {
		return err
	}
	if p.kind == ack || p.kind == binaryAck {
		c.work.add(func() { socket.answered(p.id, args) })
		return nil
	}
	name, args, err := name(args)
	if err != nil {
		return err
	}
	c.work.add(func() { socket.receive(name, args, p) })
	return nil
}

// connect asks whether a socket is accepted. What the client sends meanwhile waits
// behind the answer.
func (c *connection) connect(p packet) error {
	socket := newSocket(c, p.payload)
	c.mu.Lock()
	again := c.socket != nil
	if !again {
		c.socket = socket
	}
	c.mu.Unlock()
	if again {
		return fmt.Errorf("%w: a second CONNECT", ErrProtocol)
	}
	c.work.add(func() { c.decide(socket) })
	return nil
}

func (c *connection) decide(socket *Socket) {
	if socket.ctx.Err() != nil {
		return // the client is gone
	}
	defer socket.guard()
	err := c.server.options.Connect(socket.ctx, socket)
	if !c.decided(err == nil) {
		return
	}
	if err == nil {
		socket.accept()
		return
	}
	socket.end(fmt.Errorf("%w: %w", ErrRefused, err))
	c.refuse(err)
}

// decided ends the wait for a CONNECT, or lets the client send another one. It says
// whether the client is still there.
func (c *connection) decided(accepted bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	if !accepted {
		c.socket = nil
		return true
	}
	c.patience.Stop()
	c.served()
	return true
}

// served no longer counts the connection among those that wait.
func (c *connection) served() {
	if c.waits {
		c.waits = false
		c.server.waiting.Add(-1)
	}
}

func (c *connection) refuse(err error) {
	var refusal *Refusal
	if !errors.As(err, &refusal) {
		c.server.options.Log.Error("a socket could not be connected", slog.Any("error", err))
		refusal = &Refusal{Message: "internal error"}
	}
	text, err := refused("/", refusal)
	if err != nil {
		c.server.options.Log.Error("a refusal could not be told", slog.Any("error", err))
		text, _ = refused("/", &Refusal{Message: refusal.Message}) // a string can be encoded
	}
	_ = c.session.Send(engine.Text(text)) // a session that has ended needs no answer
}

// left ends a socket for a client's DISCONNECT. The connection may be for another
// one, if that comes soon; not if the client did not even wait to be accepted.
func (c *connection) left(socket *Socket) {
	if !socket.told() {
		c.session.Close(ErrLeft)
		return
	}
	c.mu.Lock()
	c.socket = nil
	if !c.closed {
		c.patience.Reset(c.server.options.ConnectTimeout)
	}
	c.mu.Unlock()
	c.leave(socket, ErrLeft)
}

// Closed ends the socket with its connection.
func (c *connection) Closed(cause error) {
	c.mu.Lock()
	socket := c.socket
	c.socket, c.closed = nil, true
	c.patience.Stop()
	c.served()
	c.mu.Unlock()
	defer c.server.running.Done()
	defer c.work.close()
	c.server.options.Log.Debug("a Socket.IO connection ended", slog.Any("cause", cause))
	if socket == nil {
		return
	}
	if errors.Is(cause, ErrLeft) || errors.Is(cause, ErrLost) {
		c.leave(socket, cause)
		return
	}
	socket.end(cause)
}

// linger is how long a socket's context outlasts its client at most, for what the
// client had sent before it left.
const linger = 5 * time.Second

// leave ends a socket behind what its client has sent: a last word counts.
func (c *connection) leave(socket *Socket, cause error) {
	socket.gone.Store(true)
	if !socket.told() {
		socket.end(cause)
		return
	}
	timer := time.AfterFunc(linger, func() { socket.end(cause) })
	c.work.last(func() {
		timer.Stop()
		socket.end(cause)
	})
}
