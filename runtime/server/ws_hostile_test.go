package server_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/server"
	"github.com/pullmode/operator/runtime/snapshot"
)

// What is not of the protocol ends its connection, with a sentence that helps, and
// nobody else's.
func TestMalformedMessages(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	bystander := s.socket(t, "bob", "")
	bystander.wants(protocol.EventSnapshot)
	text := func(message string) func(*peer) error {
		return func(p *peer) error { return p.conn.WriteMessage(websocket.TextMessage, []byte(message)) }
	}
	call := func(id string) func(*peer) error {
		return text(`{"type":"call","method":"GET","path":"/v1/me","id":"` + id + `"}`)
	}
	for name, write := range map[string]func(*peer) error{
		"no JSON":         text(`{"type":"call"`),
		"no object":       text(`[1,2]`),
		"another type":    text(`{"type":"call","id":7}`),
		"no type":         text(`{}`),
		"nothing":         text(``),
		"an unknown type": text(`{"type":"subscribe"}`),
		"the runtime's":   text(`{"type":"welcome"}`),
		"a second hello":  text(`{"type":"hello","token":"x"}`),
		"a call, no id":   call(""),
		"a long id":       call(strings.Repeat("x", 129)),
		"no UTF-8":        text("{\"type\":\"call\",\"id\":\"\xff\"}"),
		"a large message": text(`{"type":"call","id":"` + strings.Repeat("x", 128<<10) + `"}`),
		"a huge message":  text(strings.Repeat("x", 16<<20)),
		"binary":          func(p *peer) error { return p.conn.WriteMessage(websocket.BinaryMessage, []byte(`{}`)) },
		"deep JSON":       text(strings.Repeat("[", 100<<10)),
	} {
		t.Run(name, func(t *testing.T) {
			p := s.socket(t, "alice", "")
			sent := make(chan struct{})
			go func() { defer close(sent); _ = write(p) }() // a huge one may find the connection closed
			reason := p.closed(protocol.CloseMalformed)
			t.Log(reason)
			_ = p.conn.Close()
			<-sent
		})
	}
	s.Message("john", "m1")
	bystander.wants(protocol.EventReceived)
	s.Eventually(func() bool { return s.Hub.Stats().Connections == 1 })
}

// Who does not begin with a hello does not get in.
func TestNoHello(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	for name, tc := range map[string]struct {
		first protocol.ClientMessage
		want  protocol.CloseCode
	}{
		"a call":              {protocol.ClientMessage{Type: protocol.MessageCall, ID: "1", Method: "GET", Path: "/v1/me"}, protocol.CloseMalformed},
		"a token":             {protocol.ClientMessage{Type: protocol.MessageToken, Token: s.token(t, "alice", time.Hour)}, protocol.CloseMalformed},
		"a bad token":         {protocol.ClientMessage{Type: protocol.MessageHello, Token: "nonsense"}, protocol.CloseTokenRefused},
		"no token":            {protocol.ClientMessage{Type: protocol.MessageHello}, protocol.CloseTokenRefused},
		"a token that is old": {protocol.ClientMessage{Type: protocol.MessageHello, Token: s.token(t, "alice", -time.Hour)}, protocol.CloseTokenRefused},
	} {
		t.Run(name, func(t *testing.T) {
			p := dial(t, s.url, "", nil)
			p.send(tc.first)
			p.closed(tc.want)
		})
	}
}

// Who is not heard of is let go: without a hello, and later without a pong.
func TestSilence(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	s.api.Hurry(50*time.Millisecond, time.Hour, time.Minute)
	dial(t, s.url, "", nil).closed(protocol.CloseSilent)
	s.api.Hurry(time.Minute, time.Hour, 50*time.Millisecond)
	s.socket(t, "alice", "").closed(protocol.CloseSilent)

	s.api.Hurry(time.Hour, 10*time.Millisecond, time.Minute)
	p := s.socket(t, "alice", "")
	pings := 0
	p.conn.SetPingHandler(func(data string) error {
		pings++
		if pings == 3 {
			s.Message("john", "m1")
		}
		return p.conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Minute))
	})
	p.wants(protocol.EventSnapshot, protocol.EventReceived)
	if err := p.conn.WriteControl(websocket.PingMessage, []byte("me too"), time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	heard := make(chan struct{})
	p.conn.SetPongHandler(func(data string) error {
		if data == "me too" {
			close(heard)
			s.Message("mary", "m2")
		}
		return nil
	})
	p.wants(protocol.EventReceived)
	<-heard
}

// Ten thousand calls at once are read as fast as they are answered; all of them are,
// each once, and the feed goes on between them.
func TestManyCallsAtOnce(t *testing.T) {
	s := start(t, time.Hour)
	p := s.socket(t, "alice", "")
	p.wants(protocol.EventSnapshot)
	const calls, most, last = 10_000, 500_000, "the last"
	fed, sent := make(chan struct{}), make(chan int, 1)
	go func() {
		more := func(n int) bool { // until an event has come in between
			select {
			case <-fed:
				return n < calls
			default:
				return n < most
			}
		}
		n, call := 0, protocol.ClientMessage{Type: protocol.MessageCall, Method: "GET", Path: "/v1/me"}
		for ; call.ID != last; n++ {
			if call.ID = fmt.Sprint(n); !more(n) {
				call.ID = last
			}
			if p.conn.WriteJSON(call) != nil {
				break // nothing can be read from it, either
			}
		}
		sent <- n
	}()
	seen, events := map[string]bool{}, 0
	for all := 0; len(seen) != all || all == 0; {
		switch m := p.next(); m.Type {
		case protocol.MessageAnswer:
			if seen[m.ID] || m.Status != http.StatusOK {
				t.Fatalf("%s again, or %d", m.ID, m.Status)
			}
			if seen[m.ID] = true; len(seen) == 100 {
				s.Message("john", "m1")
			}
			if m.ID == last {
				all = <-sent
			}
		case protocol.MessageEvents:
			if events += len(m.Events); events == 1 && len(m.Events) == 1 {
				close(fed)
			}
		}
	}
	if events != 1 {
		t.Errorf("%d events in between", events)
	}
}

// A peer that does not read is cut off, whatever it is sent, and not waited for; it
// resumes with its last cursor, and nothing is lost (R5).
func TestPeerThatNeverReads(t *testing.T) {
	s := start(t, 5*time.Second)
	id := s.Message("john", "m0").Request
	if _, err := s.Do.Join(ctx, lab.Alice, id, ""); err != nil {
		t.Fatal(err)
	}
	p := s.socket(t, "alice", "")
	p.wants(protocol.EventSnapshot)
	s.api.WriteTimeout = time.Hour // who comes from here on reads, however slowly
	bystander := s.socket(t, "alice", "")
	text := strings.Repeat("x", 60<<10)
	const sent = 400 // 24 MB: more than the kernel holds
	for n := 1; n <= sent; n++ {
		if _, err := s.Do.Receive(ctx, "facebook", protocol.PostMessage{ID: fmt.Sprint("n", n), Customer: protocol.Customer{ID: "john"}, Text: text}); err != nil {
			t.Fatal(err)
		}
		bystander.next()
	}
	s.Eventually(func() bool { return s.Hub.Stats().Connections == 1 })
	for again, n := s.socket(t, "alice", p.cursor), 1; n <= sent; n++ {
		var m protocol.Event
		if err := json.Unmarshal([]byte(again.event().Data), &m); err != nil || m.Message == nil || m.Message.ID != fmt.Sprint("n", n) {
			t.Fatalf("message %d: %v", n, err)
		}
	}
}

// A peer that reads again in time is told that it was too slow.
func TestSlowPeerIsTold(t *testing.T) {
	s := start(t, time.Hour, func(o *hub.Options) { o.QueueFrames = 3 })
	p := s.socket(t, "alice", "")
	p.wants(protocol.EventSnapshot)
	id := s.Message("john", "m0").Request
	if _, err := s.Do.Join(ctx, lab.Alice, id, ""); err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("x", 60<<10)
	for n := range 400 { // 24 MB: more than the kernel holds, so that the queue fills
		if _, err := s.Do.Receive(ctx, "facebook", protocol.PostMessage{ID: fmt.Sprint("n", n), Customer: protocol.Customer{ID: "john"}, Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	p.closed(protocol.CloseSlow)
}

// Who never reads answers does not have calls run without end.
func TestCallsOfWhoNeverReads(t *testing.T) {
	s := start(t, 5*time.Second)
	for n := range 100 {
		s.Message(fmt.Sprint("c", n), fmt.Sprint("m", n))
	}
	p := s.socket(t, "alice", "")
	for n := 0; ; n++ { // until the runtime reads no more, and lets go
		_ = p.conn.SetWriteDeadline(time.Now().Add(time.Minute))
		if err := p.conn.WriteJSON(protocol.ClientMessage{Type: protocol.MessageCall, ID: fmt.Sprint(n), Method: "GET", Path: "/v1/requests?limit=100"}); err != nil {
			break
		}
	}
	s.Eventually(func() bool { return s.Hub.Stats().Connections == 0 })
}

// A connection that breaks in the midst of a message, or of the handshake, leaves
// nothing behind.
func TestBrokenConnections(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	token := s.token(t, "alice", time.Hour)
	handshake := "GET /v1/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer " + token + "\r\n\r\n"
	message := "\x81\xfe\x10\x00mask" + strings.Repeat("x", 100) // 100 bytes of 4,096
	for name, bytesSent := range map[string]string{
		"in the handshake": handshake[:60],
		"after it":         handshake,
		"in a message":     handshake + message,
		"in its head":      handshake + message[:3],
		"unmasked":         handshake + "\x81\x02{}",
		"a bad frame":      handshake + "\xff\xff\xff\xff",
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Write([]byte(bytesSent)); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(bytesSent, handshake) {
				status, err := bufio.NewReader(conn).ReadString('\n')
				if err != nil || !strings.HasPrefix(status, "HTTP/1.1 101 ") {
					t.Errorf("%s, %v", status, err)
				}
			}
			_ = conn.Close()
			s.Eventually(func() bool { return s.Hub.Stats().Connections == 0 })
		})
	}
}

// The agent's rate limit is the same by every way in.
func TestRateLimitOverSocket(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	config := site.Config(s.issuer.URL())
	config.RateLimits.Agent = &snapshot.Rate{PerSecond: 1, Burst: 2}
	s.Program(config)
	p := s.socket(t, "alice", "") // takes one
	p.call("second", "GET", "/v1/me", "")
	if a := p.answer("second", nil); a.Status != http.StatusOK || a.RetryAfterMs != 0 {
		t.Errorf("%+v", a)
	}
	var problem protocol.Problem
	p.call("third", "GET", "/v1/me", "")
	if a := p.answer("third", &problem); a.Status != http.StatusTooManyRequests || problem.Status != a.Status ||
		problem.Type != protocol.ProblemTooMany || a.RetryAfterMs != time.Second.Milliseconds() {
		t.Errorf("%+v", a)
	}
	// A new token is never refused for it: it waits.
	asked := s.asked.Load()
	p.send(protocol.ClientMessage{Type: protocol.MessageToken, Token: s.token(t, "alice", 5*time.Hour)})
	s.Eventually(func() bool { return s.asked.Load() > asked })
	s.Clock.Move(time.Second)
	if m := p.welcome(); m.ExpiresInMs < 2*time.Hour.Milliseconds() {
		t.Errorf("%+v", m)
	}
}
