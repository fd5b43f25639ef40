package server_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/replica"
)

// A feed that goes on at one replica where it ended at the other, again and again in
// full traffic, has every event, once.
func TestSocketsOverTwoReplicas(t *testing.T) {
	a, b := site.StartTwo(t)
	const messages = 300
	p := with(t, a.URL, a.Token("alice"), "")
	p.wants(protocol.EventSnapshot)
	posted := make(chan error, 1)
	go func() {
		connectors := []interface {
			Post(context.Context, protocol.PostMessage) (protocol.Receipt, error)
		}{a.Connector("facebook"), b.Connector("facebook")}
		for n := range messages {
			if _, err := connectors[n%2].Post(ctx, protocol.PostMessage{ID: fmt.Sprint("m", n), Customer: protocol.Customer{ID: fmt.Sprint("c", n)}, Text: "hi"}); err != nil {
				posted <- err
				return
			}
		}
		posted <- nil
	}()
	had, moves := map[string]bool{}, 0
	for len(had) < messages {
		if m := p.next(); len(m.Events) == 0 {
			continue
		}
		for ; len(p.feed) > 0; p.feed = p.feed[1:] {
			e := p.feed[0]
			if id := requestOf(t, e); e.Name != string(protocol.EventReceived) || had[id] {
				t.Fatalf("%+v after %d", e, len(had))
			} else {
				had[id] = true
			}
		}
		_ = p.conn.Close()
		moves++
		p = with(t, []string{a.URL, b.URL}[moves%2], a.Token("alice"), p.cursor)
	}
	if err := <-posted; err != nil || moves < 3 {
		t.Errorf("%v after %d moves", err, moves)
	}
}

// A replica that stops answers the calls that it has begun, tells every WebSocket why,
// also one that has not said hello, and leaves none behind; the next one resumes.
func TestStopWithSockets(t *testing.T) {
	s := site.Start(t)
	p := with(t, s.URL, s.Token("alice"), "")
	p.wants(protocol.EventSnapshot)
	wantOK(t, s.URL, post("facebook", message("m1", "john", "hi")), nil)
	id := requestOf(t, p.wants(protocol.EventReceived))
	p.call("join", "POST", "/v1/requests/"+id+"/join", "")
	p.wants(protocol.EventStateChanged) // so it has begun
	quiet := dial(t, s.URL, "", nil)    // not before: it is not waited for long
	stopped := make(chan struct{})
	go func() { defer close(stopped); s.Stop() }()
	p.answer("join", nil)
	p.wants(protocol.EventDraining)
	p.closed(protocol.CloseDraining)
	quiet.closed(protocol.CloseDraining)
	<-stopped
	s.Run()
	again := with(t, s.URL, s.Token("alice"), p.cursor)
	again.call("me", "GET", "/v1/me", "")
	again.answer("me", nil)
}

// Over TLS it is HTTP/1.1 that becomes a WebSocket; HTTP/2 is told so.
func TestSocketOverTLS(t *testing.T) {
	authority, dir := site.NewAuthority(t), t.TempDir()
	authority.Server(dir, 100)
	s := site.Start(t, func(o *replica.Options) { o.TLSDir = dir })
	trust := authority.TLS(authority)
	trust.Certificates = nil // nobody is asked for one
	secure := &websocket.Dialer{TLSClientConfig: trust, Subprotocols: []string{protocol.Subprotocol}}
	conn, _, err := secure.DialContext(ctx, "wss://"+s.Replica.Addr().String()+"/v1/ws", http.Header{"Authorization": {"Bearer " + s.Token("alice")}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	p := &peer{t: t, conn: conn}
	p.welcome()
	p.wants(protocol.EventSnapshot)
	transport := &http.Transport{TLSClientConfig: trust, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Get("https://" + s.Replica.Addr().String() + "/v1/ws")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.ProtoMajor != 2 || resp.StatusCode != http.StatusUpgradeRequired || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/problem") {
		t.Errorf("%s %d", resp.Proto, resp.StatusCode)
	}
}
