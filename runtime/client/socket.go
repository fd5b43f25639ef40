package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/oklog/ulid/v2"

	"github.com/pullmode/operator/runtime/protocol"
)

const (
	// maxFlush bounds one message of the runtime, in bytes: an event, and others with it.
	maxFlush = 2 * maxEvent
	// maxCall bounds the body of a call over a WebSocket, in bytes: the runtime takes
	// messages of 128 KiB. Larger ones are HTTP requests, and refused as such.
	maxCall = 100 << 10
	// writeTimeout is how long the runtime may take to read a message.
	writeTimeout = 30 * time.Second
)

// ahead is how many flushes are read before those before them have been taken.
var ahead = 64

var (
	// errBroken: the connection ended before the answer came. Nobody knows whether
	// the call had an effect.
	errBroken = errors.New("the connection ended before the call was answered")
	// errElsewhere: nothing was sent, since the connection carries no calls now.
	errElsewhere = errors.New("the connection carries no calls")
)

// socket is a living WebSocket.
type socket struct {
	conn  *websocket.Conn
	token string // what the runtime was shown last; the renewer's alone
	alive func()
	tasks sync.WaitGroup

	// events are flushes of the feed; why is set before they end.
	events chan serverMessage
	why    error
	// welcomes has the last one only.
	welcomes chan serverMessage
	// over is closed when nobody takes events any more.
	over chan struct{}

	writing sync.Mutex

	mu sync.Mutex
	// waiting are the calls that are not answered; nil while there can be none.
	waiting map[string]chan serverMessage
}

// serverMessage is whatever the runtime sends: protocol's Events, Welcome or Answer.
type serverMessage struct {
	Type        protocol.MessageType
	Events      []json.RawMessage
	Cursor      string
	ExpiresInMs int64
	ID          string
	Status      int
	Body        json.RawMessage

	RetryAfterMs int64
}

func newSocket(conn *websocket.Conn, token string, alive func()) *socket {
	s := &socket{
		conn: conn, token: token, alive: alive, events: make(chan serverMessage, ahead), welcomes: make(chan serverMessage, 1),
		over: make(chan struct{}), waiting: map[string]chan serverMessage{},
	}
	conn.SetReadLimit(maxFlush)
	pong := conn.PingHandler()
	conn.SetPingHandler(func(data string) error {
		alive()
		return pong(data)
	})
	return s
}

// hangUp ends the connection at once.
func (s *socket) hangUp() { _ = s.conn.Close() }

// close ends it in good order, and waits for what belongs to it: cancel ends that.
func (s *socket) close(cancel context.CancelFunc) {
	close(s.over)
	_ = s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
	cancel()
	s.hangUp()
	s.tasks.Wait()
}

// read takes the runtime's messages until there are no more.
func (s *socket) read() {
	defer close(s.events)
	defer s.suspend()
	for {
		_, data, err := s.conn.ReadMessage()
		if err != nil {
			s.why = closed(err)
			return
		}
		s.alive()
		var m serverMessage
		if err := json.Unmarshal(data, &m); err != nil {
			s.why = fmt.Errorf("read a message of the runtime: %w", err)
			return
		}
		switch m.Type {
		case protocol.MessageAnswer:
			s.answer(m)
		case protocol.MessageWelcome:
			select {
			case <-s.welcomes:
			default:
			}
			s.welcomes <- m
		case protocol.MessageEvents:
			if !s.queue(m) {
				return
			}
		}
	}
}

// queue hands a flush on. While there is no room for it nothing is read, as the
// runtime has to notice who is too slow. Answers are not read either then, so that
// calls go another way: whoever has to make room may be waiting for one of them.
func (s *socket) queue(m serverMessage) bool {
	select {
	case s.events <- m:
		return true
	default:
	}
	s.suspend()
	select {
	case s.events <- m:
	case <-s.over:
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = map[string]chan serverMessage{}
	return true
}

// suspend ends the calls that are waiting, and takes no more.
func (s *socket) suspend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, reply := range s.waiting {
		close(reply)
	}
	s.waiting = nil
}

func (s *socket) answer(m serverMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if reply := s.waiting[m.ID]; reply != nil {
		delete(s.waiting, m.ID)
		reply <- m
	}
}

func (s *socket) send(m protocol.ClientMessage) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	_ = s.conn.SetWriteDeadline(time.Now().Add(writeTimeout)) // of a closed connection: writing says so
	return s.conn.WriteJSON(m)
}

// do makes a call and reads its answer into out, which may be nil.
func (s *socket) do(ctx context.Context, c call, body []byte, out any) error {
	m := protocol.ClientMessage{Type: protocol.MessageCall, Method: c.method, Path: c.escaped(), Body: body}
	if len(c.query) > 0 {
		m.Path += "?" + c.query.Encode()
	}
	if m.ID = c.header.Get("Idempotency-Key"); m.ID == "" {
		m.ID = ulid.Make().String()
	}
	answer, err := s.call(ctx, m)
	switch {
	case err != nil:
		return err
	case answer.Status >= http.StatusBadRequest:
		return problemIn(answer)
	case out == nil:
		return nil
	}
	if err := json.Unmarshal(answer.Body, out); err != nil {
		return fmt.Errorf("read the answer of %s %s: %w", m.Method, m.Path, err)
	}
	return nil
}

func (s *socket) call(ctx context.Context, m protocol.ClientMessage) (serverMessage, error) {
	reply := make(chan serverMessage, 1)
	s.mu.Lock()
	if s.waiting == nil {
		s.mu.Unlock()
		return serverMessage{}, errElsewhere
	}
	s.waiting[m.ID] = reply
	s.mu.Unlock()
	if err := s.send(m); err != nil {
		s.hangUp() // half a message may be out: nothing can follow it
		return serverMessage{}, fmt.Errorf("%w: %w", errBroken, err)
	}
	select {
	case answer, ok := <-reply:
		if !ok {
			return serverMessage{}, errBroken
		}
		return answer, nil
	case <-ctx.Done():
		s.mu.Lock()
		delete(s.waiting, m.ID)
		s.mu.Unlock()
		return serverMessage{}, context.Cause(ctx)
	}
}

func problemIn(answer serverMessage) error {
	p := &protocol.Problem{}
	if json.Unmarshal(answer.Body, p) != nil {
		p = &protocol.Problem{Type: "about:blank", Title: http.StatusText(answer.Status)}
	}
	p.Status = answer.Status
	p.RetryAfter = time.Duration(answer.RetryAfterMs) * time.Millisecond
	return p
}
