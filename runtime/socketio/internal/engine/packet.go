package engine

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/gorilla/websocket"
)

// The types of packets: the first byte of each.
const (
	open    = '0'
	shut    = '1'
	ping    = '2'
	pong    = '3'
	message = '4'
	upgrade = '5'
	noop    = '6'
)

// Packet is a message on its way to a client.
type Packet struct {
	data  []byte                     // with its type
	frame *websocket.PreparedMessage // nil: for one client alone
	// answered is called for the answer to a ping that is not the heartbeat's.
	answered func()
}

// Text is a packet for one client.
func Text(payload []byte) Packet {
	return Packet{data: append(append(make([]byte, 0, 1+len(payload)), message), payload...)}
}

// Shared is a packet for many: its WebSocket frame is made once.
func Shared(payload []byte) (Packet, error) {
	p := Text(payload)
	frame, err := websocket.NewPreparedMessage(websocket.TextMessage, p.data)
	if err != nil {
		return Packet{}, fmt.Errorf("frame a message for many: %w", err)
	}
	p.frame = frame
	return p, nil
}

// Ping is a ping whose answer proves that the client has had everything before it.
// answered must not block, nor call the session.
func Ping(answered func()) Packet {
	p := bare(ping)
	p.answered = answered
	return p
}

func bare(kind byte) Packet { return Packet{data: []byte{kind}} }

// handshake is what a session begins with.
func (s *Session) handshake(upgrades ...string) Packet {
	words, _ := json.Marshal(struct {
		SID          string   `json:"sid"`
		Upgrades     []string `json:"upgrades"`
		PingInterval int64    `json:"pingInterval"`
		PingTimeout  int64    `json:"pingTimeout"`
		MaxPayload   int64    `json:"maxPayload"`
	}{s.id, append([]string{}, upgrades...), s.server.options.PingInterval.Milliseconds(), s.server.options.PingTimeout.Milliseconds(), s.server.options.MaxPayload})
	return Packet{data: append([]byte{open}, words...)}
}

// separator stands between the packets of one HTTP body.
const separator = '\x1e'

// join is the body of a poll's answer.
func join(packets []Packet) []byte {
	size := len(packets)
	for _, p := range packets {
		size += len(p.data)
	}
	body := make([]byte, 0, size)
	for i, p := range packets {
		if i > 0 {
			body = append(body, separator)
		}
		body = append(body, p.data...)
	}
	return body
}

// split is a body's packets, each as it would come over a WebSocket.
func split(body []byte) iter.Seq2[[]byte, bool] {
	return func(yield func([]byte, bool) bool) {
		for more := true; more; {
			var p []byte
			p, body, more = bytes.Cut(body, []byte{separator})
			binary := len(p) > 0 && p[0] == 'b'
			if binary {
				decoded, err := base64.StdEncoding.DecodeString(string(p[1:]))
				if err != nil {
					decoded, binary = nil, false // as an empty text it is no packet
				}
				p = decoded
			}
			if !yield(p, binary) {
				return
			}
		}
	}
}
