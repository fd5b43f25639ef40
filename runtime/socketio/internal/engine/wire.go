package engine

import (
	"bufio"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// wire is a WebSocket whose messages are written together: one system call for all
// that waits.
type wire struct {
	*websocket.Conn
	cork *cork
}

func (c *wire) write(packets []Packet) error {
	c.cork.hold()
	for _, p := range packets {
		var err error
		if p.frame != nil {
			err = c.WritePreparedMessage(p.frame)
		} else {
			err = c.WriteMessage(websocket.TextMessage, p.data)
		}
		if err != nil {
			return err
		}
	}
	return c.cork.release()
}

// expect reads one message and says whether it is this one.
func (c *wire) expect(words string) bool {
	kind, data, err := c.ReadMessage()
	return err == nil && kind == websocket.TextMessage && string(data) == words
}

// farewell begins to close. Whoever reads ends with the peer's answer.
func (c *wire) farewell() {
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	if c.WriteControl(websocket.CloseMessage, bye, time.Now().Add(writeTimeout)) != nil {
		_ = c.Close() // the peer cannot be told
	}
}

// cork gathers what is written to a connection while it is held. Every piece has
// its own deadline: a peer that does not read for writeTimeout is gone.
type cork struct {
	net.Conn
	mu   sync.Mutex
	held *[]byte
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

func (c *cork) hold() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = buffers.Get().(*[]byte)
}

func (c *cork) release() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.send(*c.held)
	*c.held = (*c.held)[:0]
	buffers.Put(c.held)
	c.held = nil
	return err
}

func (c *cork) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil {
		return len(p), c.send(p)
	}
	if len(*c.held)+len(p) > piece {
		if err := c.send(*c.held); err != nil {
			return 0, err
		}
		*c.held = (*c.held)[:0]
	}
	if len(p) > piece {
		return len(p), c.send(p)
	}
	*c.held = append(*c.held, p...)
	return len(p), nil
}

func (c *cork) send(p []byte) error {
	for chunk := range slices.Chunk(p, piece) {
		if err := c.Conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
			return err
		}
		if _, err := c.Conn.Write(chunk); err != nil {
			return err
		}
	}
	return nil
}

// SetWriteDeadline does nothing: send sets one for every piece.
func (c *cork) SetWriteDeadline(time.Time) error { return nil }

// hijacker gives a WebSocket a corked connection.
type hijacker struct {
	http.ResponseWriter
	cork *cork
}

func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.cork = &cork{Conn: conn}
	return h.cork, rw, nil
}
