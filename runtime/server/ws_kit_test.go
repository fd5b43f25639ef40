package server_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pullmode/operator/runtime/protocol"
)

// incoming is any message that the runtime sends.
type incoming struct {
	Type        protocol.MessageType
	Agent       string
	ExpiresInMs int64
	Events      []json.RawMessage
	Cursor      string
	ID          string
	Status      int
	Body        json.RawMessage

	RetryAfterMs int64
}

// peer is the client's side of a WebSocket.
type peer struct {
	t       *testing.T
	conn    *websocket.Conn
	feed    []event    // of the messages that were read, in order; an id where a cursor stands
	cursor  string     // the last one
	answers []incoming // that nobody has asked for yet
}

// dial opens a WebSocket at a runtime.
func dial(t *testing.T, base, query string, header http.Header) *peer {
	t.Helper()
	conn, resp, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(base, "http")+"/v1/ws"+query, header)
	if err != nil {
		t.Fatalf("%v, %+v", err, resp)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if conn.Subprotocol() != protocol.Subprotocol {
		t.Errorf("the subprotocol is %q", conn.Subprotocol())
	}
	return &peer{t: t, conn: conn}
}

var dialer = &websocket.Dialer{Subprotocols: []string{"other", protocol.Subprotocol}}

// with opens one with a token in the header, and is welcomed.
func with(t *testing.T, base, token, cursor string) *peer {
	t.Helper()
	p := dial(t, base, "?cursor="+cursor, http.Header{"Authorization": {"Bearer " + token}})
	p.welcome()
	return p
}

// socket opens one for an agent.
func (s *stand) socket(t *testing.T, agent, cursor string) *peer {
	t.Helper()
	return with(t, s.url, s.token(t, agent, time.Hour), cursor)
}

func (s *stand) token(t *testing.T, agent string, lifetime time.Duration, groups ...string) string {
	t.Helper()
	token, err := s.issuer.Sign(agent, groups, lifetime)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (p *peer) send(message protocol.ClientMessage) {
	p.t.Helper()
	if err := p.conn.WriteJSON(message); err != nil {
		p.t.Fatal(err)
	}
}

// read takes the next message; events and answers are kept as well.
func (p *peer) read() (m incoming, err error) {
	_ = p.conn.SetReadDeadline(time.Now().Add(time.Minute))
	kind, message, err := p.conn.ReadMessage()
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(message, &m); err != nil || kind != websocket.TextMessage {
		p.t.Errorf("%d, %.200s: %v", kind, message, err)
	}
	switch m.Type {
	case protocol.MessageEvents:
		for i, data := range m.Events {
			var named struct{ Type string }
			if err := json.Unmarshal(data, &named); err != nil {
				p.t.Error(err)
			}
			e := event{Name: named.Type, Data: string(data)}
			if i == len(m.Events)-1 {
				e.ID = m.Cursor
			}
			p.feed = append(p.feed, e)
		}
		if m.Cursor != "" {
			p.cursor = m.Cursor
		}
	case protocol.MessageAnswer:
		p.answers = append(p.answers, m)
	}
	return m, nil
}

func (p *peer) next() incoming {
	p.t.Helper()
	m, err := p.read()
	if err != nil {
		p.t.Fatal(err)
	}
	return m
}

func (p *peer) welcome() incoming {
	p.t.Helper()
	for {
		if m := p.next(); m.Type == protocol.MessageWelcome {
			return m
		}
	}
}

// event is the next event.
func (p *peer) event() event {
	p.t.Helper()
	for len(p.feed) == 0 {
		p.next()
	}
	e := p.feed[0]
	p.feed = p.feed[1:]
	return e
}

// wants reads the next events by their types, and gives the last one.
func (p *peer) wants(types ...protocol.EventType) (e event) {
	p.t.Helper()
	for _, want := range types {
		if e = p.event(); e.Name != string(want) {
			p.t.Fatalf("%s instead of %s: %.300s", e.Name, want, e.Data)
		}
	}
	return e
}

// call makes a call; its answer is waited for apart.
func (p *peer) call(id, method, path, body string) {
	p.t.Helper()
	p.send(protocol.ClientMessage{Type: protocol.MessageCall, ID: id, Method: method, Path: path, Body: json.RawMessage(body)})
}

// answer is that of a call, decoded.
func (p *peer) answer(id string, into any) incoming {
	p.t.Helper()
	for {
		for i, a := range p.answers {
			if a.ID != id {
				continue
			}
			p.answers = append(p.answers[:i:i], p.answers[i+1:]...)
			if into != nil {
				if err := json.Unmarshal(a.Body, into); err != nil {
					p.t.Fatalf("%s: %v", a.Body, err)
				}
			}
			return a
		}
		p.next()
	}
}

// closed reads on to the close, which has a code and a sentence.
func (p *peer) closed(want protocol.CloseCode) (reason string) {
	p.t.Helper()
	for {
		_, err := p.read()
		if err == nil {
			continue
		}
		var closed *websocket.CloseError
		if !errors.As(err, &closed) || protocol.CloseCode(closed.Code) != want || len(closed.Text) < 10 {
			p.t.Errorf("ended with %v, want code %d and why", err, want)
			return ""
		}
		return closed.Text
	}
}
