package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/protocol"
)

// write writes what there is of the feed. At the end of the session it says why that is.
func (c *session) write() {
	over := true
	c.guarded(func() { over = c.tell() })
	if over {
		c.conn.Close() // the agent is here no longer, whatever the client still says
		c.leave()
		close(c.left)
	}
}

// tell writes until there is nothing to write for now, or the session is over. Who is
// sent away for their token is told so in the feed's words, too: they are the same in
// every binding.
func (c *session) tell() (over bool) {
	for {
		flush, ok, err := c.conn.Take()
		if err == nil && !ok {
			return false
		}
		if errors.Is(err, errTokenExpired) || errors.Is(err, hub.ErrUntrusted) {
			_ = c.flush(tokenExpired(time.Now())) // the close says it as well
		}
		if err == nil {
			if err = c.flush(flush); err == nil {
				c.server.delayed(flush)
				continue
			}
			err = errors.Join(errGone, err)
		}
		c.end(err)
		return true
	}
}

// step is how large a message of several revisions is at least, in bytes: what comes
// again after a break in a long resume. It is four seconds at 35 kbit/s.
const step = 16 << 10

// flush writes what it holds in one message, or in several where that is much: each
// but the last ends where a revision does, or has no cursor.
func (c *session) flush(f hub.Flush) error {
	message := messages.Get().(*bytes.Buffer)
	defer messages.Put(message)
	history := c.server.View.History()
	message.Reset()
	message.WriteString(eventsHead)
	last := len(f.Frames) - 1
	for i, frame := range f.Frames {
		message.Write(frame.Data)
		var cursor string
		switch {
		case i == last:
			continue
		case frame.Whole > 0 && message.Len() >= step:
			cursor = protocol.Cursor{History: history, Revision: frame.Whole}.String()
		case message.Len() < piece:
			message.WriteByte(',')
			continue
		}
		if err := c.socket.send(finish(message, cursor)); err != nil {
			return err
		}
		message.Reset()
		message.WriteString(eventsHead)
	}
	return c.socket.send(finish(message, f.Cursor))
}

// messages are those that are being written.
var messages = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// A message of events is put together by hand: its events are encoded already.
const eventsHead = `{"type":"` + string(protocol.MessageEvents) + `","events":[`

func finish(message *bytes.Buffer, cursor string) []byte {
	message.WriteByte(']')
	if cursor != "" {
		message.WriteString(`,"cursor":"` + cursor + `"`)
	}
	message.WriteByte('}')
	return message.Bytes()
}

// tokenExpired ends a feed whose token does not count any more.
func tokenExpired(at time.Time) hub.Flush {
	expired, _ := json.Marshal(protocol.TokenExpired{Type: protocol.EventTokenExpired, ExpiredAt: at.UTC()})
	return hub.Flush{Frames: []hub.Frame{{Type: protocol.EventTokenExpired, Data: expired}}}
}
