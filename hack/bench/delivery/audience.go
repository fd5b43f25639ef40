package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pullmode/operator/runtime/issuer"
)

// audience is the agents of one server.
type audience struct {
	conns []*websocket.Conn
	// events and messages are what came to all of them together.
	events, messages atomic.Int64
	last             atomic.Pointer[[]byte] // message of events, as one of them had it
	readers          sync.WaitGroup
}

var dialer = websocket.Dialer{ReadBufferSize: 1 << 10, WriteBufferSize: 256, HandshakeTimeout: time.Minute}

// gather connects n agents, a few at once.
func gather(ctx context.Context, s *server, tokens *issuer.Issuer, n int) (*audience, error) {
	a := &audience{conns: make([]*websocket.Conn, n)}
	errs := make([]error, 8)
	var wg sync.WaitGroup
	var next atomic.Int64
	for w := range errs {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(n) && errs[w] == nil; i = next.Add(1) - 1 {
				a.conns[i], errs[w] = a.enter(ctx, s, tokens, fmt.Sprint("agent-", i))
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			a.leave()
			return nil, err
		}
	}
	return a, nil
}

// enter connects one agent, and has had what a connection begins with when it returns.
func (a *audience) enter(ctx context.Context, s *server, tokens *issuer.Issuer, name string) (*websocket.Conn, error) {
	header := http.Header{}
	beginning := 1
	if s.Kind == kindRuntime {
		token, err := tokens.Sign(name, []string{group}, time.Hour)
		if err != nil {
			return nil, err
		}
		header.Set("Authorization", "Bearer "+token)
		beginning = 2 // the welcome and a snapshot
	}
	conn, resp, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(s.URL, "http")+"/v1/ws", header)
	if err != nil {
		return nil, fmt.Errorf("connect %s to the %s server: %w (%+v)", name, s.Kind, err, resp)
	}
	for range beginning {
		if _, _, err := conn.ReadMessage(); err != nil {
			return nil, fmt.Errorf("%s at the %s server: %w", name, s.Kind, err)
		}
	}
	a.readers.Go(func() { a.read(conn) })
	return conn, nil
}

// read counts what comes. An event is known by the word that it begins with, which
// costs less than to decode it: both sides share this machine.
func (a *audience) read(conn *websocket.Conn) {
	for {
		_, message, err := conn.ReadMessage()
		if err != nil {
			return
		}
		if n := bytes.Count(message, []byte(`{"type":"request.received"`)); n > 0 {
			a.events.Add(int64(n))
			a.messages.Add(1)
			if n == 1 && a.last.Load() == nil {
				a.last.Store(&message)
			}
		}
	}
}

// had waits until so many events have come.
func (a *audience) had(ctx context.Context, events int64) error {
	patience, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for a.events.Load() < events {
		select {
		case <-patience.Done():
			return fmt.Errorf("%d of %d events came within a minute", a.events.Load(), events)
		case <-time.After(time.Millisecond):
		}
	}
	return nil
}

// leave disconnects everybody.
func (a *audience) leave() {
	for _, conn := range a.conns {
		if conn != nil {
			_ = conn.Close()
		}
	}
	a.readers.Wait()
}
