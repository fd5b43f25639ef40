package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/gate"
	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/protocol"
)

// pace is how long a WebSocket waits for its client.
type pace struct {
	// hello is for a client that showed no token to say hello.
	hello time.Duration
	// ping is how often the client is asked whether it is there: more often than most
	// proxies' idle time (60 s).
	ping time.Duration
	// silence is how long nothing may be heard of the client: three pings.
	silence time.Duration
}

var usualPace = pace{hello: 10 * time.Second, ping: 15 * time.Second, silence: 45 * time.Second}

var errOtherAgent = errors.New("the new token speaks for another agent: open a connection of its own for it")

// session is one WebSocket, from its hello to its close.
//
// One goroutine reads: it takes tokens as they come, and hands calls to others, a few
// at a time; while they are busy nothing is read. One writes the feed, and is there
// only while there is something to write: most connections are idle at most times, and
// a goroutine that waits holds a stack. Whatever ends the session does so by its
// context, first come; the writing goroutine then waits for the calls, says why, and
// the reading one hears the client out.
type session struct {
	server *Server
	socket *socket
	ctx    context.Context
	end    context.CancelCauseFunc

	// calls lasts longer than ctx: what was read is answered.
	calls   context.Context
	abandon context.CancelFunc
	slots   chan struct{}

	conn   *hub.Conn
	caller gate.Caller   // known to the reading goroutine alone
	left   chan struct{} // closed when the client has been told why
	expiry *time.Timer   // of the token
	pings  *time.Timer
}

func newSession(s *Server, ctx context.Context, socket *socket) *session {
	c := &session{server: s, socket: socket, slots: make(chan struct{}, maxCalls)}
	c.calls, c.abandon = context.WithCancel(ctx)
	c.ctx, c.end = context.WithCancelCause(ctx)
	return c
}

// run sees to the session until it is over. Without a connection to the hub it waits
// for a hello first.
func (c *session) run(caller gate.Caller, conn *hub.Conn) {
	defer c.server.sockets.remove(c)
	defer c.abandon()
	defer c.socket.close()
	c.guarded(func() {
		var err error
		if conn == nil {
			caller, conn, err = c.hello()
		}
		if err != nil {
			c.end(err)
			c.leave()
			c.socket.drop()
			return
		}
		c.caller, c.conn = caller, conn
		c.live()
	})
}

// live is the time between a hello and a close.
func (c *session) live() {
	defer c.conn.Close()
	c.expiry = time.AfterFunc(time.Until(c.caller.Until), func() { c.end(errTokenExpired) })
	defer c.expiry.Stop()
	c.pings = time.AfterFunc(c.server.pace.ping, c.ping)
	defer c.pings.Stop()
	if err := c.welcome(); err != nil {
		c.end(err)
	}
	c.left = make(chan struct{})
	c.conn.Ready(func() { go c.write() })
	go c.write()
	defer context.AfterFunc(c.ctx, func() { c.conn.Abort(context.Cause(c.ctx)) })()
	c.guarded(func() { c.end(c.listen()) })
	c.socket.drop()
	<-c.left
}

// hello waits for the client to say who its agent is.
func (c *session) hello() (caller gate.Caller, conn *hub.Conn, err error) {
	stop := context.AfterFunc(c.ctx, func() { c.socket.hurry() })
	defer stop()
	m, err := c.receive(c.server.pace.hello)
	switch {
	case c.ctx.Err() != nil:
		return caller, nil, context.Cause(c.ctx)
	case errors.Is(err, errSilent):
		return caller, nil, errNoHello
	case err != nil:
		return caller, nil, err
	case m.Type != protocol.MessageHello:
		return caller, nil, malformed("the first message is a hello with a token, where there is none in the header")
	}
	if caller, err = c.server.Gate.Agent(c.ctx, m.Token); err == nil {
		conn, err = c.server.enter(c.ctx, caller, m.Cursor)
	}
	return caller, conn, err
}

// listen takes what the client sends until the session ends, and says why it does.
func (c *session) listen() error {
	for c.ctx.Err() == nil {
		m, err := c.receive(c.server.pace.silence)
		if err != nil {
			return err
		}
		switch m.Type {
		case protocol.MessageCall:
			err = c.call(m)
		case protocol.MessageToken:
			err = c.renew(m.Token)
		case protocol.MessageHello:
			err = malformed("hello comes once, and first; a new token comes in a token message")
		default:
			err = malformed("the type of a message is hello, token or call")
		}
		if err != nil {
			return err
		}
	}
	return context.Cause(c.ctx)
}

func (c *session) receive(within time.Duration) (m protocol.ClientMessage, err error) {
	message, err := c.socket.receive(within)
	if err == nil && json.Unmarshal(message, &m) != nil {
		err = malformed("a message is a JSON object with the fields of its type")
	}
	return m, err
}

// renew takes a new token of the session's agent. While it cannot be judged the old
// one goes on counting, and the answer says for how long. One more than the rate limit
// has room for waits: it would cost as much to refuse.
func (c *session) renew(token string) error {
	for wait, ok := c.server.Gate.Allow(c.caller.Name); !ok; wait, ok = c.server.Gate.Allow(c.caller.Name) {
		select {
		case <-time.After(wait):
		case <-c.ctx.Done():
			return context.Cause(c.ctx)
		}
	}
	caller, err := c.server.Gate.Agent(c.ctx, token)
	switch {
	case errors.Is(err, auth.ErrInvalidToken), errors.Is(err, auth.ErrMissingToken):
		return err
	case err != nil:
		c.server.log.WarnContext(c.ctx, "a new token cannot be judged now: the old one goes on counting", "agent", c.caller.Name, "error", err)
		return c.welcome()
	case caller.Name != c.caller.Name:
		return errOtherAgent
	}
	if c.expiry.Stop() {
		c.expiry.Reset(time.Until(caller.Until))
	}
	c.caller = caller
	c.conn.Renew(caller.Agent, hub.VouchedBy(caller.Issuer))
	return c.welcome()
}

func (c *session) welcome() error {
	return c.say(protocol.Welcome{
		Type: protocol.MessageWelcome, Agent: c.caller.Name, ExpiresInMs: max(0, time.Until(c.caller.Until)).Milliseconds(),
	})
}

// say sends what is no event.
func (c *session) say(message any) error {
	encoded, err := json.Marshal(message)
	if err != nil {
		return err
	}
	if err := c.socket.send(encoded); err != nil {
		return errors.Join(errGone, err)
	}
	return nil
}

// ping asks the client whether it is there, and tells it where the feed is: it is heard
// of by what it answers.
func (c *session) ping() {
	if err := c.socket.ping(); err != nil {
		c.end(errors.Join(errGone, err))
		return
	}
	c.conn.Bookmark()
	c.pings.Reset(c.server.pace.ping)
}

// cut ends the session without a word.
func (c *session) cut() {
	c.end(errGone)
	c.abandon()
	c.socket.close()
}

// guarded keeps a mistake in one session from being everybody's end.
func (c *session) guarded(do func()) {
	defer func() {
		if cause := recover(); cause != nil {
			c.server.log.ErrorContext(c.ctx, "a WebSocket's session panicked", slog.Any("panic", cause), "stack", string(debug.Stack()))
			c.end(errMistake)
		}
	}()
	do()
}
