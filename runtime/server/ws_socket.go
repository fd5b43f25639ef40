package server

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"

	"github.com/pullmode/operator/runtime/protocol"
)

// socket is a WebSocket as a session needs it: whole text messages in, whole text
// messages out in pieces with a deadline each, and a close that arrives. Receive is
// called by one goroutine, the others by any.
type socket struct {
	conn    *websocket.Conn
	timeout time.Duration // for writing a piece

	writing sync.Mutex
	reading sync.Mutex // guards leaving
	leaving bool       // the deadline for reading is the last one
}

const (
	// maxMessage is how large a client's message may be: a body of maxBody, and room
	// for everything around it.
	maxMessage = 128 << 10
	// linger is how long a client has to read why it is closed. What it sends meanwhile
	// is read and dropped: unread, it would make the kernel take the reason back.
	linger = 2 * time.Second
)

var (
	errGone   = errors.New("the client has gone")
	errSilent = errors.New("nothing was heard for too long, neither a message nor a pong")
)

// malformed is a message that the protocol does not have.
type malformed string

func (m malformed) Error() string { return string(m) }

// buffers are for the heads of messages while they are written: an idle connection
// has none.
var buffers sync.Pool

var upgrader = websocket.Upgrader{
	Subprotocols:    []string{protocol.Subprotocol},
	ReadBufferSize:  512, // most messages are smaller, and larger ones are not copied through it
	WriteBufferPool: &buffers, WriteBufferSize: 4 << 10,
	CheckOrigin: func(*http.Request) bool { return true }, // has been judged
	Error: func(w http.ResponseWriter, r *http.Request, _ int, reason error) {
		upgradeRequired(w, r, reason.Error())
	},
}

// upgrade makes a socket of a request. When it cannot, it has answered.
func upgrade(w http.ResponseWriter, r *http.Request, timeout, silence time.Duration) (*socket, error) {
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return nil, err
	}
	s := &socket{conn: conn, timeout: timeout}
	conn.SetPongHandler(func(string) error { s.heard(silence); return nil })
	conn.SetPingHandler(func(data string) error {
		s.heard(silence)
		_ = conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(timeout)) // if it fails, so does what is written next
		return nil
	})
	return s, nil
}

// heard gives the client further time to be heard of.
func (s *socket) heard(within time.Duration) {
	s.reading.Lock()
	defer s.reading.Unlock()
	if !s.leaving {
		_ = s.conn.SetReadDeadline(time.Now().Add(within)) // fails where the connection is closed, and so does reading
	}
}

// receive waits for the client's next message.
//
// Errors: malformed, errSilent, and errGone with what it was.
func (s *socket) receive(within time.Duration) ([]byte, error) {
	s.heard(within)
	kind, r, err := s.conn.NextReader()
	if err != nil {
		return nil, unheard(err)
	}
	if kind != websocket.TextMessage {
		return nil, malformed("messages are JSON objects in text messages, not in binary ones")
	}
	message, err := io.ReadAll(io.LimitReader(r, maxMessage+1))
	switch {
	case err != nil:
		return nil, unheard(err)
	case len(message) > maxMessage:
		return nil, malformed("a message has at most 128 KiB")
	case !utf8.Valid(message):
		return nil, malformed("a message is UTF-8")
	}
	return message, nil
}

func unheard(err error) error {
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		return errSilent
	}
	return fmt.Errorf("%w: %w", errGone, err)
}

// send writes a message. One that is larger than a piece goes in several frames: its
// deadline is for a piece, as that of the events' stream is.
func (s *socket) send(message []byte) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if len(message) <= piece {
		_ = s.conn.SetWriteDeadline(time.Now().Add(s.timeout)) // cannot fail
		return s.conn.WriteMessage(websocket.TextMessage, message)
	}
	w, err := s.conn.NextWriter(websocket.TextMessage)
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(message, piece) {
		_ = s.conn.SetWriteDeadline(time.Now().Add(s.timeout))
		if _, err := w.Write(chunk); err != nil {
			return err
		}
	}
	return w.Close()
}

func (s *socket) ping() error {
	return s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(s.timeout))
}

// leave tells the client why it is closed, and gives it a moment to say that it has
// read that.
func (s *socket) leave(code protocol.CloseCode, reason string) {
	said := websocket.FormatCloseMessage(int(code), within(reason, maxReason))
	_ = s.conn.WriteControl(websocket.CloseMessage, said, time.Now().Add(linger)) // nobody is there to be told
	s.reading.Lock()
	defer s.reading.Unlock()
	s.leaving = true
	_ = s.conn.SetReadDeadline(time.Now().Add(linger))
}

// hurry ends waiting for the client, and reading from it.
func (s *socket) hurry() {
	s.reading.Lock()
	defer s.reading.Unlock()
	s.leaving = true
	_ = s.conn.SetReadDeadline(time.Now())
}

// drop reads until the client has closed, or its moment is over.
func (s *socket) drop() {
	for {
		if _, _, err := s.conn.NextReader(); err != nil {
			return
		}
	}
}

// close cuts the connection.
func (s *socket) close() { _ = s.conn.Close() }

// maxReason is what a frame for control leaves to a close's reason, in bytes.
const maxReason = 123

// within cuts a sentence at the end of a letter.
func within(sentence string, bytes int) string {
	for len(sentence) > bytes {
		_, size := utf8.DecodeLastRuneInString(sentence)
		sentence = sentence[:len(sentence)-size]
	}
	return sentence
}
