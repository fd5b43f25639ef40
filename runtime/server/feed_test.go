package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/gate"
	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/issuer"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/server"
	"github.com/pullmode/operator/runtime/snapshot"
)

// stand is the public API over a lab, whose hub and clock a test can reach.
type stand struct {
	*lab.Lab
	api    *server.Server
	issuer *issuer.Issuer
	url    string
	// asked is how often a rate limit was asked whether there is room, by the lab's clock.
	asked *atomic.Int64
}

func start(t *testing.T, writeTimeout time.Duration, options ...func(*hub.Options)) *stand {
	t.Helper()
	l := lab.Start(t, options...)
	i := site.Issuer(t)
	l.Program(site.Config(i.URL()))
	quiet := slog.New(slog.DiscardHandler)
	var asked atomic.Int64
	now := func() time.Time { defer asked.Add(1); return l.Clock.Now() }
	api := server.New(server.Options{
		View: l.View, Executor: l.Do, Hub: l.Hub, Now: l.Clock.Now, Log: quiet, WriteTimeout: writeTimeout,
		Gate: gate.New(gate.Options{View: l.View, Executor: l.Do, Now: now, Verifier: auth.NewVerifier(auth.Options{Logger: quiet}), Log: quiet}),
	})
	api.Hurry(time.Minute, 15*time.Second, time.Hour) // a test may have other things to do than to read
	front := httptest.NewUnstartedServer(nil)
	front.Config = server.HTTP(api.Handler(), writeTimeout, quiet)
	front.Start()
	t.Cleanup(func() {
		front.Close()
		api.Close(ctx)
	})
	return &stand{Lab: l, api: api, issuer: i, url: front.URL, asked: &asked}
}

// event is an event as it is on the wire.
type event struct {
	Name, ID string
	Data     string
	// Retry is set by the few that change how long to wait before connecting again.
	Retry string
}

// stream is one connection to the feed, read event by event.
type stream struct {
	t     *testing.T
	lines *bufio.Reader
	stop  func()
}

func (s *stand) events(agent, cursor string) *stream {
	s.T.Helper()
	token, err := s.issuer.Sign(agent, nil, time.Hour)
	if err != nil {
		s.T.Fatal(err)
	}
	return s.open("/v1/events", token, cursor)
}

func (s *stand) open(path, token, cursor string) *stream {
	s.T.Helper()
	patience, cancel := context.WithTimeout(ctx, 5*time.Minute)
	req, err := http.NewRequestWithContext(patience, "GET", s.url+path, nil)
	if err != nil {
		s.T.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if cursor != "" {
		req.Header.Set("Last-Event-ID", cursor)
	}
	resp, err := plain.Do(req)
	if err != nil {
		s.T.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		s.T.Fatalf("%d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	stop := func() {
		cancel()
		_ = resp.Body.Close()
	}
	s.T.Cleanup(stop)
	return &stream{t: s.T.(*testing.T), lines: bufio.NewReader(resp.Body), stop: stop}
}

// next reads one event; its name is empty at the end of the stream.
func (s *stream) next() event {
	s.t.Helper()
	var e event
	for {
		line, err := s.lines.ReadString('\n')
		if err != nil {
			return event{}
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch field {
		case "event":
			e.Name = value
		case "id":
			e.ID = value
		case "retry":
			e.Retry = value
		case "data":
			e.Data = value
		case "":
			if e.Name != "" {
				return e
			}
			e = event{}
		}
	}
}

// skip reads the snapshot that a feed begins with, and gives its cursor.
func (s *stream) skip() string {
	s.t.Helper()
	e := s.next()
	if e.Name != string(protocol.EventSnapshot) || e.ID == "" {
		s.t.Fatalf("%+v is no snapshot", e)
	}
	return e.ID
}

func requestOf(t *testing.T, e event) string {
	t.Helper()
	var about protocol.Event
	if err := json.Unmarshal([]byte(e.Data), &about); err != nil || string(about.Type) != e.Name {
		t.Fatalf("%+v: %v", e, err)
	}
	return about.RequestID
}

// A cursor that covers a revision with many events, cut off anywhere in the middle
// of it, loses none (R1): ids stand only where whole revisions end.
func TestResumeInTheMiddleOfARevision(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	live := s.events("alice", "")
	begin := live.skip()
	// At the same moment, so that the store puts several into one revision.
	const messages = 64
	var wg sync.WaitGroup
	for n := range messages {
		wg.Go(func() { s.Message(fmt.Sprint("customer", n), fmt.Sprint("m", n)) })
	}
	wg.Wait()
	var all []event
	shared := 0
	for len(all) < messages {
		e := live.next()
		if e.Name != string(protocol.EventReceived) {
			t.Fatalf("%+v", e)
		}
		if e.ID == "" {
			shared++
		}
		all = append(all, e)
	}
	if shared == 0 {
		t.Fatal("every event had an id: nothing shared a revision, and this shows nothing")
	}
	cursor := begin
	for cut := range len(all) + 1 {
		if cut > 0 && all[cut-1].ID != "" {
			cursor = all[cut-1].ID
		}
		had := map[string]bool{}
		for _, e := range all[:cut] {
			had[requestOf(t, e)] = true
		}
		again := s.events("alice", cursor)
		for len(had) < messages {
			e := again.next()
			if e.Name != string(protocol.EventReceived) {
				t.Fatalf("cut after %d: %+v after %d of %d", cut, e, len(had), messages)
			}
			had[requestOf(t, e)] = true
		}
		again.stop()
	}
}

// A long resume has cursors in between, so that a line that breaks again and again
// comes to its end; each of them is one to go on from.
func TestLongResume(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	cursor := s.events("alice", "").skip()
	const messages = 60
	for n := range messages {
		s.Message(fmt.Sprint("customer", n), fmt.Sprint("m", n))
	}
	breaks := 0
	had := map[string]bool{}
	for len(had) < messages {
		feed := s.events("alice", cursor)
		for {
			e := feed.next()
			if id := requestOf(t, e); had[id] {
				t.Fatalf("%s again after %d of %d", id, len(had), messages)
			} else {
				had[id] = true
			}
			if e.ID != "" {
				cursor = e.ID
				break
			}
		}
		feed.stop()
		breaks++
	}
	if breaks < 5 {
		t.Errorf("%d cursors in %d events", breaks, messages)
	}
}

// A feed that resumes where nothing has happened says so at once, with a cursor.
func TestResumeOfNothing(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	cursor := s.events("alice", "").skip()
	if e := s.events("alice", cursor).next(); e.Name != string(protocol.EventBookmark) || e.ID == "" {
		t.Errorf("%+v", e)
	}
}

// A cursor that cannot be resumed is answered with a gap, and in the same feed with
// a snapshot (R2, R3).
func TestCursorsThatCannotBeResumed(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	epoch, old, _ := strings.Cut(s.events("alice", "").skip(), ".")
	s.Clock.Move(time.Minute)
	s.Message("john", "m1")
	s.Hub.Stats()           // waits until the hub is done with it, at this time
	s.Clock.Move(time.Hour) // the feed is kept for ten minutes
	s.Message("john", "m2")
	if err := s.Hub.Compact(ctx); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		cursor string
		want   protocol.GapReason
	}{
		"older than what is kept": {epoch + "." + old, protocol.GapExpired},
		"of another epoch":        {"another." + old, protocol.GapEpoch},
		"from the future":         {epoch + ".999999999", protocol.GapFuture},
		"malformed":               {"nonsense", protocol.GapMalformed},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			feed := s.events("alice", tc.cursor)
			var gap protocol.Gap
			var snapshot protocol.Snapshot
			first, second := feed.next(), feed.next()
			_ = json.Unmarshal([]byte(first.Data), &gap)
			_ = json.Unmarshal([]byte(second.Data), &snapshot)
			if diff := cmp.Diff(protocol.Gap{Type: protocol.EventGap, Reason: tc.want}, gap); diff != "" || first.ID != "" {
				t.Errorf("%+v: %s", first, diff)
			}
			if snapshot.Reason != protocol.SnapshotGap || len(snapshot.Requests) != 1 || second.ID == "" || second.ID != snapshot.Cursor {
				t.Errorf("%+v", second)
			}
			feed.stop()
			// The cursor of that snapshot is one to go on from.
			if e := s.events("alice", second.ID).next(); e.Name != string(protocol.EventBookmark) {
				t.Errorf("resumed with %+v", e)
			}
		})
	}
}

// The cursor can also stand in the address; Last-Event-ID is newer, so it wins.
func TestCursorInTheAddress(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	first := s.events("alice", "").skip()
	s.Message("john", "m1")
	token, err := s.issuer.Sign("alice", nil, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ query, header, want string }{
		"address":          {first, "", string(protocol.EventReceived)},
		"header":           {"", first, string(protocol.EventReceived)},
		"header wins":      {"nonsense", first, string(protocol.EventReceived)},
		"header wins back": {first, "nonsense", string(protocol.EventGap)},
	} {
		t.Run(name, func(t *testing.T) {
			if got := s.open("/v1/events?cursor="+tc.query, token, tc.header).next(); got.Name != tc.want {
				t.Errorf("%+v", got)
			}
		})
	}
}

// A peer that does not read is cut off and not waited for; it resumes with its last
// cursor, and nothing is lost (R5).
func TestSlowReader(t *testing.T) {
	s := start(t, 5*time.Second)
	id := s.Message("john", "m0").Request
	if _, err := s.Do.Join(ctx, lab.Alice, id, ""); err != nil {
		t.Fatal(err)
	}
	token, err := s.issuer.Sign("alice", nil, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	fmt.Fprintf(conn, "GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", token)
	s.Eventually(func() bool { return s.Hub.Stats().Connections == 1 })
	cursor := protocol.Cursor{History: s.View.History(), Revision: s.View.Revision()}.String()

	// Messages to a member are large events: what the kernel holds for a peer that
	// does not read is soon used up.
	text := strings.Repeat("x", 60<<10)
	const sent = 400 // 24 MB
	for n := 1; n <= sent; n++ {
		if _, err := s.Do.Receive(ctx, "facebook", protocol.PostMessage{ID: fmt.Sprint("n", n), Customer: protocol.Customer{ID: "john"}, Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	s.Eventually(func() bool { return s.Hub.Stats().Connections == 0 })
	s.api.WriteTimeout = time.Hour // who comes from here on reads, however slowly
	again := s.events("alice", cursor)
	for n := 1; n <= sent; n++ {
		e := again.next()
		var m protocol.Event
		if err := json.Unmarshal([]byte(e.Data), &m); err != nil || m.Message == nil || m.Message.ID != fmt.Sprint("n", n) {
			t.Fatalf("message %d: %.100s: %v", n, e.Data, err)
		}
	}
}

// Who asks for the head of a feed is not kept waiting for its end.
func TestHeadOfAFeed(t *testing.T) {
	s := site.Start(t)
	if resp, body := send(t, s.URL, sent{method: "HEAD", path: "/v1/events", header: bearer(s.Token("alice"))}); resp.StatusCode != http.StatusOK || len(body) > 0 {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

// A feed ends with its token, and says so.
func TestTokenRunsOut(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	s.events("alice", "").skip() // her issuer and she are known: the token is for what follows
	// It is accepted for auth.ClockSkew after it has run out.
	token, err := s.issuer.Sign("alice", nil, 5*time.Second-auth.ClockSkew)
	if err != nil {
		t.Fatal(err)
	}
	feed := s.open("/v1/events", token, "")
	feed.skip()
	if e := feed.next(); e.Name != string(protocol.EventTokenExpired) {
		t.Errorf("%+v", e)
	}
	if e := feed.next(); e != (event{}) {
		t.Errorf("%+v after the end", e)
	}
}

// R6: who connects elsewhere ends the feed that they had. It is told not to come
// back by itself, in the one word that the standard has for it.
func TestReplaced(t *testing.T) {
	s := site.Start(t)
	config := s.Config()
	config.Sessions.Policy = snapshot.SessionReplace
	s.Program(config)
	alice := at(t, s, "alice")
	first := alice.online()
	second := alice.online()
	if e := first.wait(protocol.EventReplaced); e.Retry != "86400000" {
		t.Errorf("%+v", e)
	}
	if e := first.next(); e != (event{}) {
		t.Errorf("%+v after the end", e)
	}
	wantOK(t, s.URL, post("facebook", message("m1", "john", "hi")), nil)
	second.wait(protocol.EventReceived)
}

// Before a replica stops, its clients are told; further ones are sent away.
func TestDraining(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	feed := s.events("alice", "")
	feed.skip()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Hub.Drain(ctx, time.Millisecond)
	}()
	var draining protocol.Draining
	e := feed.next()
	if err := json.Unmarshal([]byte(e.Data), &draining); err != nil || draining.Type != protocol.EventDraining || e.ID == "" {
		t.Errorf("%+v: %v", e, err)
	}
	if e := feed.next(); e != (event{}) {
		t.Errorf("%+v after the end", e)
	}
	<-done
	token, err := s.issuer.Sign("alice", nil, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	wantProblem(t, s.url, sent{method: "GET", path: "/v1/events", header: bearer(token)},
		answered{503, protocol.ProblemDraining, map[string]string{"Retry-After": "1"}})
}

// What comes to no connection ends none, where one is what an agent may have (R6).
func TestNothingInPlaceOfAFeed(t *testing.T) {
	s := site.Start(t)
	config := s.Config()
	config.Sessions.Policy = snapshot.SessionReplace
	s.Program(config)
	handshake := func(version, key string) map[string]string {
		return map[string]string{
			"Authorization": "Bearer " + s.Token("alice"), "Connection": "Upgrade", "Upgrade": "websocket",
			"Sec-WebSocket-Version": version, "Sec-WebSocket-Key": key,
		}
	}
	const key = "dGhlIHNhbXBsZSBub25jZQ=="
	for name, tc := range map[string]struct {
		sent sent
		want int
	}{
		"a feed's head":                {sent{method: "HEAD", path: "/v1/events", header: bearer(s.Token("alice"))}, http.StatusOK},
		"a WebSocket's head":           {sent{method: "HEAD", path: "/v1/ws", header: handshake("13", key)}, http.StatusUpgradeRequired},
		"a handshake without a key":    {sent{method: "GET", path: "/v1/ws", header: handshake("13", "")}, http.StatusUpgradeRequired},
		"one with half a key":          {sent{method: "GET", path: "/v1/ws", header: handshake("13", key[:12])}, http.StatusUpgradeRequired},
		"one of a version that is not": {sent{method: "GET", path: "/v1/ws", header: handshake("8", key)}, http.StatusUpgradeRequired},
	} {
		t.Run(name, func(t *testing.T) {
			alice := at(t, s, "alice").online()
			for range 20 { // whichever of them is written down
				if resp, body := send(t, s.URL, tc.sent); resp.StatusCode != tc.want {
					t.Fatalf("%d %s", resp.StatusCode, body)
				}
			}
			wantOK(t, s.URL, post("facebook", message(name, name, "hi")), nil)
			alice.wait(protocol.EventReceived)
		})
	}
}
