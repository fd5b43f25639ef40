package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pullmode/operator/runtime/protocol"
)

// CloseError is why the runtime closed a WebSocket, in its own words. One that asks
// not to connect again ends an agent's events; errors.Is tells ErrReplaced, and
// IsProblem protocol.ProblemInvalidToken, whatever the binding is.
type CloseError struct {
	Code   protocol.CloseCode
	Reason string
}

func (e *CloseError) Error() string {
	if e.Reason == "" {
		return fmt.Sprintf("the runtime closed the connection (%d)", e.Code)
	}
	return fmt.Sprintf("the runtime closed the connection (%d): %s", e.Code, e.Reason)
}

// Unwrap is what the same end is over server-sent events.
func (e *CloseError) Unwrap() error {
	switch e.Code {
	case protocol.CloseReplaced:
		return ErrReplaced
	case protocol.CloseTokenRefused:
		return &protocol.Problem{
			Type: protocol.ProblemInvalidToken, Title: "The token is not accepted", Status: http.StatusUnauthorized, Detail: e.Reason,
		}
	}
	return nil
}

// closed says in this package's words why nothing more can be read.
func closed(err error) error {
	var c *websocket.CloseError
	if errors.As(err, &c) && c.Code != websocket.CloseAbnormalClosure {
		return &CloseError{Code: protocol.CloseCode(c.Code), Reason: c.Text}
	}
	return err
}

// socket follows the feed over one WebSocket. What is read of it waits for whoever
// ranges over the events apart from the answers to calls: they may be waiting for one.
func (f *follower) socket(ctx context.Context, alive func()) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := f.dial(ctx, alive)
	if err != nil {
		return err
	}
	defer s.close(cancel)
	f.line.Store(s)
	defer f.line.CompareAndSwap(s, nil)
	s.tasks.Go(s.read)
	s.tasks.Go(func() { s.renew(ctx, f.token) })
	for events := range s.events {
		if err := f.takeAll(events); err != nil {
			return err
		}
	}
	return s.why
}

// takeAll takes a flush as server-sent events would bring it: its cursor stands on
// its last event, or on a bookmark.
func (f *follower) takeAll(m serverMessage) error {
	for i, data := range m.Events {
		var kind struct{ Type string }
		if err := json.Unmarshal(data, &kind); err != nil {
			return fmt.Errorf("read an event: %w", err)
		}
		one := frame{event: kind.Type, data: data}
		if i == len(m.Events)-1 {
			one.id = m.Cursor
		}
		if err := f.take(one); err != nil {
			return err
		}
	}
	if len(m.Events) == 0 && m.Cursor != "" {
		return f.take(frame{event: string(protocol.EventBookmark), id: m.Cursor, data: bookmark})
	}
	return nil
}

// bookmark is an event that says nothing.
var bookmark = []byte(`{"type":"bookmark"}`)

// dial opens a WebSocket whose feed begins at the follower's cursor.
func (f *follower) dial(ctx context.Context, alive func()) (*socket, error) {
	token, err := f.token(ctx)
	if err != nil {
		return nil, err
	}
	query := url.Values{}
	if f.Cursor != "" {
		query.Set("cursor", f.Cursor)
	}
	address := f.address(call{path: []string{"v1", "ws"}, query: query})
	conn, resp, err := until(ctx, f.dialer).DialContext(ctx, "ws"+strings.TrimPrefix(address, "http"), http.Header{
		"Authorization": {"Bearer " + token}, "User-Agent": {f.options.UserAgent},
	})
	if errors.Is(err, websocket.ErrBadHandshake) && resp != nil {
		return nil, problemOf(resp)
	}
	if err != nil {
		return nil, err
	}
	return newSocket(conn, token, alive), nil
}

// newDialer reaches a runtime in the way that the client's calls do.
func newDialer(c *http.Client) *websocket.Dialer {
	d := &websocket.Dialer{
		Proxy: http.ProxyFromEnvironment, HandshakeTimeout: 45 * time.Second, Subprotocols: []string{protocol.Subprotocol}, Jar: c.Jar,
	}
	t, ok := c.Transport.(*http.Transport)
	if !ok {
		return d
	}
	t = t.Clone()
	d.Proxy, d.NetDialContext, d.NetDialTLSContext, d.TLSClientConfig = t.Proxy, t.DialContext, t.DialTLSContext, t.TLSClientConfig
	if d.TLSClientConfig != nil {
		d.TLSClientConfig.NextProtos = []string{"http/1.1"} // the handshake is one of HTTP/1.1
	}
	return d
}

// until gives a dialer whose connections are closed when ctx ends: by itself it does
// not look at that while it waits for the handshake's answer.
func until(ctx context.Context, dialer *websocket.Dialer) *websocket.Dialer {
	type dial = func(context.Context, string, string) (net.Conn, error)
	closing := func(by dial) dial {
		return func(dialing context.Context, network, addr string) (net.Conn, error) {
			conn, err := by(dialing, network, addr)
			if err == nil {
				context.AfterFunc(ctx, func() { _ = conn.Close() })
			}
			return conn, err
		}
	}
	d := *dialer
	if d.NetDialContext == nil {
		d.NetDialContext = (&net.Dialer{}).DialContext
	}
	d.NetDialContext = closing(d.NetDialContext)
	if d.NetDialTLSContext != nil {
		d.NetDialTLSContext = closing(d.NetDialTLSContext)
	}
	return &d
}
