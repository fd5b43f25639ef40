package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/issuer"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/server"
)

// Both ways in: with a token in the header, and with one in a hello.
func TestHello(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	in := map[string]func(cursor string) *peer{
		"header": func(cursor string) *peer {
			return dial(t, s.url, "?cursor="+cursor, http.Header{"Authorization": {"Bearer " + s.token(t, "alice", time.Hour)}})
		},
		"hello": func(cursor string) *peer {
			p := dial(t, s.url, "", nil)
			p.send(protocol.ClientMessage{Type: protocol.MessageHello, Token: s.token(t, "alice", time.Hour), Cursor: cursor})
			return p
		},
	}
	for name, enter := range in {
		t.Run(name, func(t *testing.T) {
			p := enter("")
			hour := (time.Hour + auth.ClockSkew).Milliseconds()
			if m := p.next(); m.Type != protocol.MessageWelcome || m.Agent != "alice" || m.ExpiresInMs > hour || m.ExpiresInMs < hour/2 {
				t.Errorf("%+v", m)
			}
			p.wants(protocol.EventSnapshot)
			s.Message("john of "+name, "m1 of "+name)
			p = enter(p.cursor)
			p.welcome()
			if e := p.wants(protocol.EventReceived); e.ID == "" {
				t.Errorf("%+v", e)
			}
			p = enter("nonsense")
			p.welcome()
			p.wants(protocol.EventGap, protocol.EventSnapshot)
		})
	}
}

// Both bindings give the same events, and the cursors of one are those of the other.
func TestOneFeedInTwoBindings(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	stream, socket := s.events("alice", ""), s.socket(t, "alice", "")
	begin := stream.skip()
	socket.wants(protocol.EventSnapshot)
	if socket.cursor != begin {
		t.Errorf("cursors %s and %s", begin, socket.cursor)
	}
	id := s.Message("john", "m1").Request
	for n, path := range []string{"join", "leave", "join", "close"} {
		key := fmt.Sprint(path, n)
		socket.call(key, "POST", "/v1/requests/"+id+"/"+path, "")
		socket.answer(key, nil)
	}
	var both [2][]event
	cursors := map[string]bool{}
	for range 5 { // it came, and what became of it
		both[0], both[1] = append(both[0], stream.next()), append(both[1], socket.event())
	}
	for i := range both[0] {
		if both[0][i].ID != "" {
			cursors[both[0][i].ID] = true
		}
		both[0][i].ID, both[1][i].ID = "", ""
	}
	if diff := cmp.Diff(both[0], both[1]); diff != "" {
		t.Error(diff)
	}
	if !cursors[socket.cursor] {
		t.Errorf("the socket's cursor %s is none of %v", socket.cursor, cursors)
	}
	for name, resumed := range map[string][]event{"stream": nil, "socket": nil} {
		next := s.events("alice", begin).next
		if name == "socket" {
			next = s.socket(t, "alice", begin).event
		}
		for range both[0] {
			e := next()
			e.ID = ""
			resumed = append(resumed, e)
		}
		if diff := cmp.Diff(both[0], resumed); diff != "" {
			t.Errorf("resumed as %s: %s", name, diff)
		}
	}
	if e := s.events("alice", socket.cursor).next(); e.Name != string(protocol.EventBookmark) {
		t.Errorf("behind the socket's cursor there is %+v", e)
	}
}

// An idle connection's cursor stays fresh.
func TestSocketBookmark(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	s.api.Hurry(time.Minute, 10*time.Millisecond, time.Minute)
	p := s.socket(t, "dave", "")
	p.wants(protocol.EventSnapshot)
	before := p.cursor
	s.Message("john", "m1") // not dave's
	s.Eventually(func() bool {
		m := p.next()
		return m.Type == protocol.MessageEvents && m.Events != nil && len(m.Events) == 0 && m.Cursor != before
	})
}

// A large snapshot comes in parts, each written in pieces; only the last has a cursor.
func TestLargeSnapshotOverSocket(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	const open = 1100
	for n := range open {
		if _, err := s.Do.Receive(ctx, "facebook", protocol.PostMessage{
			ID: fmt.Sprint("m", n), Customer: protocol.Customer{ID: fmt.Sprint("c", n), Name: strings.Repeat("John ", 30)}, Text: "hi",
		}); err != nil {
			t.Fatal(err)
		}
	}
	p := s.socket(t, "alice", "")
	rows, parts := 0, 0
	for more := true; more; parts++ {
		m := p.next()
		var part protocol.Snapshot
		if err := json.Unmarshal(m.Events[0], &part); err != nil || len(m.Events) != 1 {
			t.Fatalf("%d events: %v", len(m.Events), err)
		}
		rows += len(part.Requests)
		if more = part.More; more != (m.Cursor == "") {
			t.Errorf("part %d: more %t, cursor %q", parts, more, m.Cursor)
		}
	}
	if rows != open || parts != 3 {
		t.Errorf("%d rows in %d parts", rows, parts)
	}
}

// A long resume has cursors in between, so that a line that breaks again and again
// comes to its end.
func TestLongResumeOverSocket(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	p := s.socket(t, "alice", "")
	p.wants(protocol.EventSnapshot)
	const messages = 200
	for n := range messages {
		s.Message(fmt.Sprint("customer", n), fmt.Sprint("m", n))
	}
	had, breaks := map[string]bool{}, 0
	for cursor := p.cursor; len(had) < messages; breaks++ {
		p := s.socket(t, "alice", cursor)
		p.next()
		for _, e := range p.feed {
			if id := requestOf(t, e); had[id] {
				t.Fatalf("%s again after %d of %d", id, len(had), messages)
			} else {
				had[id] = true
			}
		}
		if cursor = p.cursor; cursor == "" {
			t.Fatal("a message without a cursor")
		}
		_ = p.conn.Close()
	}
	if breaks < 5 {
		t.Errorf("%d messages of %d events", breaks, messages)
	}
}

// A call has the answer that it has in HTTP.
func TestCalls(t *testing.T) {
	s := site.Start(t)
	var receipt protocol.Receipt
	wantOK(t, s.URL, post("facebook", message("m1", "john", "hi")), &receipt)
	p := with(t, s.URL, s.Token("alice"), "")
	at := "/v1/requests/" + receipt.Request
	var me protocol.Me
	p.call("1", "GET", "/v1/me", "")
	if a := p.answer("1", &me); a.Status != 200 || me.Agent != "alice" {
		t.Errorf("%+v, %+v", a, me)
	}
	var page protocol.Page
	p.call("2", "GET", "/v1/requests?state=UNREAD&limit=10", "")
	if a := p.answer("2", &page); a.Status != 200 || len(page.Requests) != 1 {
		t.Errorf("%+v", a)
	}
	var joined protocol.Result
	p.call("join", "POST", at+"/join", "")
	if a := p.answer("join", &joined); a.Status != 200 || joined.Outcome != request.Joined || len(joined.Messages) != 1 {
		t.Errorf("%+v", a)
	}
	p.wants(protocol.EventSnapshot, protocol.EventStateChanged)
	p.call("unsubscribe", "DELETE", "/v1/lists/l1/subscription", "")
	if a := p.answer("unsubscribe", nil); a.Status != 204 || a.Body != nil {
		t.Errorf("%+v", a)
	}
	for name, tc := range map[string]struct {
		method, path, body string
		status             int
		kind               protocol.ProblemType
	}{
		"a problem":           {"POST", at + "/members", "", 404, protocol.ProblemUnknownPath},
		"a problem's fields":  {"GET", "/v1/requests?limit=none", "", 422, protocol.ProblemInvalid},
		"not in the document": {"GET", "/v1/nothing", "", 404, protocol.ProblemUnknownPath},
		"another method":      {"PATCH", "/v1/me", "", 405, protocol.ProblemMethod},
		"no way back":         {"POST", at + "/messages", `{"text":"hi"}`, 422, protocol.ProblemNoOutbound},
		"of another kind":     {"POST", at + "/messages", `{"texts":"hi"}`, 422, protocol.ProblemInvalid},
		"no body":             {"POST", at + "/messages", "", 400, protocol.ProblemMalformed},
		"a connector's":       {"POST", "/v1/channels/facebook/messages", `{}`, 401, protocol.ProblemInvalidKey},
		"the stream":          {"GET", "/v1/events", "", 404, protocol.ProblemUnknownPath},
		"the stream, bent":    {"GET", "/v1//events", "", 404, protocol.ProblemUnknownPath},
		"the stream, hidden":  {"GET", "/v1/%65vents", "", 404, protocol.ProblemUnknownPath},
		"a WebSocket":         {"GET", "/v1/ws?cursor=1", "", 404, protocol.ProblemUnknownPath},
		"another face":        {"GET", "/openapi.json", "", 404, protocol.ProblemUnknownPath},
		"another host":        {"GET", "http://example.com/v1/me", "", 404, protocol.ProblemUnknownPath},
		"no path":             {"GET", "", "", 404, protocol.ProblemUnknownPath},
		"up and away":         {"GET", "/v1/../v1/me", "", 404, protocol.ProblemUnknownPath},
	} {
		t.Run(name, func(t *testing.T) {
			var problem protocol.Problem
			p.call(name, tc.method, tc.path, tc.body)
			if a := p.answer(name, &problem); a.Status != tc.status || problem.Type != tc.kind || problem.Status != tc.status {
				t.Errorf("%d %s", a.Status, a.Body)
			}
		})
	}
}

// A call's id is its Idempotency-Key: in the same connection, in another, and in HTTP.
func TestRepeatedCalls(t *testing.T) {
	s := site.Start(t)
	var receipt protocol.Receipt
	wantOK(t, s.URL, post("facebook", message("m1", "john", "hi")), &receipt)
	p := with(t, s.URL, s.Token("alice"), "")
	at := "/v1/requests/" + receipt.Request
	p.call("one", "POST", at+"/join", "")
	p.answer("one", nil)
	for range 20 { // all at once
		p.call("two", "POST", at+"/leave", "")
	}
	var firsts int
	for range 20 {
		var left protocol.Result
		if a := p.answer("two", &left); a.Status != 200 || left.Outcome != request.Left {
			t.Errorf("%+v", a)
		}
		if !left.Repeated {
			firsts++
		}
	}
	if firsts != 1 {
		t.Errorf("%d first answers", firsts)
	}
	again := with(t, s.URL, s.Token("alice"), "")
	again.call("two", "POST", at+"/leave", "")
	var left protocol.Result
	if a := again.answer("two", &left); a.Status != 200 || !left.Repeated {
		t.Errorf("%+v", a)
	}
	header := bearer(s.Token("alice"))
	header["Idempotency-Key"] = "two"
	wantOK(t, s.URL, sent{method: "POST", path: at + "/leave", header: header}, &left)
	if !left.Repeated {
		t.Errorf("%+v", left)
	}
}

// A new token takes effect on the living connection: its time, and its groups.
func TestNewToken(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	if err := s.Do.See(ctx, lab.Carol); err != nil {
		t.Fatal(err)
	}
	if err := s.Do.Subscribe(ctx, lab.Carol, "l1"); err != nil {
		t.Fatal(err)
	}
	p := with(t, s.url, s.token(t, "carol", 10*time.Second, lab.Carol.Groups...), "")
	p.wants(protocol.EventSnapshot)
	p.send(protocol.ClientMessage{Type: protocol.MessageToken, Token: s.token(t, "carol", time.Hour)})
	if m := p.welcome(); m.ExpiresInMs < time.Minute.Milliseconds() {
		t.Errorf("%+v", m)
	}
	p.wants(protocol.EventListsChanged)
	p.call("without", "GET", "/v1/me", "")
	var me protocol.Me
	if p.answer("without", &me); len(me.Lists) != 0 {
		t.Errorf("%+v", me)
	}
	s.Message("john", "m1")
	p.send(protocol.ClientMessage{Type: protocol.MessageToken, Token: s.token(t, "carol", time.Hour, lab.Carol.Groups...)})
	var shown protocol.Snapshot
	if err := json.Unmarshal([]byte(p.wants(protocol.EventListsChanged, protocol.EventSnapshot).Data), &shown); err != nil ||
		!slices.Equal(shown.Only, []string{"l1"}) || len(shown.Requests) != 1 {
		t.Errorf("%+v, %v", shown, err)
	}
}

// While a new token cannot be judged, the old one counts, and the answer says so.
func TestNewTokenOfAnIssuerThatIsAway(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	away := "http://127.0.0.1:1"
	config := site.Config(s.issuer.URL())
	gone := config.Authentication.Issuers[0]
	gone.URL = away
	config.Authentication.Issuers = append(config.Authentication.Issuers, gone)
	s.Program(config)
	p := s.socket(t, "alice", "")
	p.wants(protocol.EventSnapshot)
	other, err := issuer.New(issuer.Options{URL: away})
	if err != nil {
		t.Fatal(err)
	}
	token, err := other.Sign("alice", nil, 5*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	p.send(protocol.ClientMessage{Type: protocol.MessageToken, Token: token})
	if m := p.welcome(); m.ExpiresInMs > 2*time.Hour.Milliseconds() {
		t.Errorf("%+v", m)
	}
	s.Message("john", "m1")
	p.wants(protocol.EventReceived)
}

// A removed subscription takes effect on a living connection, and an issuer that is
// not trusted any more ends it, in either binding.
func TestTrustIsTakenAway(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	config := site.Config(s.issuer.URL())
	p, stream := s.socket(t, "alice", ""), s.events("alice", "")
	p.wants(protocol.EventSnapshot)
	stream.skip()
	config.Subscriptions = config.Subscriptions[1:]
	s.Program(config)
	told := func(want string) {
		t.Helper()
		if e := stream.next(); e.Name != want {
			t.Errorf("%+v instead of %s", e, want)
		}
	}
	p.wants(protocol.EventListsChanged)
	told(string(protocol.EventListsChanged)) // what is queued is not sent any more once the trust is gone
	s.Message("john", "m1")
	config.Authentication.Issuers[0].URL += "/another"
	s.Program(config)
	p.wants(protocol.EventTokenExpired)
	p.closed(protocol.CloseTokenRefused)
	told(string(protocol.EventTokenExpired))
	told("")
}

// Whatever ends a WebSocket is said with a code.
func TestCloses(t *testing.T) {
	tests := map[string]struct {
		ends func(*testing.T, *stand, *peer)
		want protocol.CloseCode
		told []protocol.EventType
	}{
		"the token has run out": {
			ends: func(t *testing.T, s *stand, p *peer) {
				// It is accepted for auth.ClockSkew after it has run out.
				p.send(protocol.ClientMessage{Type: protocol.MessageToken, Token: s.token(t, "alice", 5*time.Second-auth.ClockSkew)})
				p.welcome()
			},
			want: protocol.CloseTokenExpired, told: []protocol.EventType{protocol.EventTokenExpired},
		},
		"a new token that is none": {
			ends: func(_ *testing.T, _ *stand, p *peer) {
				p.send(protocol.ClientMessage{Type: protocol.MessageToken, Token: "nonsense"})
			},
			want: protocol.CloseTokenRefused,
		},
		"a new token that has run out": {
			ends: func(t *testing.T, s *stand, p *peer) {
				p.send(protocol.ClientMessage{Type: protocol.MessageToken, Token: s.token(t, "alice", -time.Hour)})
			},
			want: protocol.CloseTokenRefused,
		},
		"a token message without one": {
			ends: func(_ *testing.T, _ *stand, p *peer) { p.send(protocol.ClientMessage{Type: protocol.MessageToken}) },
			want: protocol.CloseTokenRefused,
		},
		"another agent's token": {
			ends: func(t *testing.T, s *stand, p *peer) {
				p.send(protocol.ClientMessage{Type: protocol.MessageToken, Token: s.token(t, "bob", time.Hour)})
			},
			want: protocol.CloseOtherAgent,
		},
		"draining": {
			ends: func(t *testing.T, s *stand, _ *peer) {
				drained := make(chan struct{})
				go func() { defer close(drained); s.Hub.Drain(ctx, time.Millisecond) }()
				t.Cleanup(func() { <-drained })
			},
			want: protocol.CloseDraining, told: []protocol.EventType{protocol.EventDraining},
		},
		"the server is closed": {
			ends: func(t *testing.T, s *stand, _ *peer) {
				closed := make(chan struct{})
				go func() { defer close(closed); s.api.Close(ctx) }()
				t.Cleanup(func() { <-closed })
			},
			want: protocol.CloseDraining,
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			s := start(t, server.DefaultWriteTimeout)
			p := s.socket(t, "alice", "")
			p.wants(protocol.EventSnapshot)
			tc.ends(t, s, p)
			p.closed(tc.want)
			p.wants(tc.told...)
			s.Eventually(func() bool { return s.Hub.Stats().Connections == 0 })
		})
	}
}

// R6: who connects elsewhere ends the WebSocket that they had, and is told not to come
// back by itself.
func TestSocketReplaced(t *testing.T) {
	s := site.Start(t)
	config := s.Config()
	config.Sessions.Policy = "Replace"
	s.Program(config)
	alice := at(t, s, "alice")
	first := with(t, s.URL, s.Token("alice"), "")
	first.wants(protocol.EventSnapshot)
	alice.online()
	first.wants(protocol.EventReplaced)
	first.closed(protocol.CloseReplaced)
	if protocol.CloseReplaced.Reconnect() {
		t.Error("replaced, and told to come back")
	}
}

// Who does not come in by a WebSocket, or is not let in, is told so in HTTP.
func TestNoSocket(t *testing.T) {
	s := start(t, server.DefaultWriteTimeout)
	upgrade := func(more map[string]string) map[string]string {
		header := map[string]string{
			"Connection": "keep-alive, Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
		}
		for name, value := range more {
			header[name] = value
		}
		return header
	}
	needs := answered{http.StatusUpgradeRequired, protocol.ProblemUpgrade, map[string]string{"Upgrade": "websocket", "Sec-Websocket-Version": "13"}}
	token := "Bearer " + s.token(t, "alice", time.Hour)
	for name, tc := range map[string]struct {
		header map[string]string
		want   answered
	}{
		"plain":              {nil, needs},
		"plain with a token": {map[string]string{"Authorization": token}, needs},
		"of another version": {upgrade(map[string]string{"Sec-WebSocket-Version": "8"}), needs},
		"without a key":      {upgrade(map[string]string{"Sec-WebSocket-Key": ""}), needs},
		"with a bad token":   {upgrade(map[string]string{"Authorization": "Bearer nonsense"}), answered{401, protocol.ProblemInvalidToken, nil}},
		"of another origin":  {upgrade(map[string]string{"Origin": "https://elsewhere.example"}), answered{403, protocol.ProblemOrigin, nil}},
	} {
		t.Run(name, func(t *testing.T) {
			wantProblem(t, s.url, sent{method: "GET", path: "/v1/ws", header: tc.header}, tc.want)
		})
	}
	if resp, body := send(t, s.url, sent{method: "HEAD", path: "/v1/ws"}); resp.StatusCode != http.StatusUpgradeRequired || len(body) > 0 {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	s.Eventually(func() bool { return s.Hub.Stats().Connections == 0 })
	dial(t, s.url, "", http.Header{"Origin": {s.url}})
	s.Hub.Drain(ctx, time.Millisecond)
	wantProblem(t, s.url, sent{method: "GET", path: "/v1/ws", header: upgrade(map[string]string{"Authorization": token})},
		answered{503, protocol.ProblemDraining, map[string]string{"Retry-After": "1"}})
	late := dial(t, s.url, "", nil)
	late.send(protocol.ClientMessage{Type: protocol.MessageHello, Token: strings.TrimPrefix(token, "Bearer ")})
	late.closed(protocol.CloseDraining)
}
