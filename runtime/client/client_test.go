package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/internal/leak"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/issuer"
	"github.com/pullmode/operator/runtime/protocol"
)

func TestMain(m *testing.M) { leak.Main(m) }

// patience ends what does not come; only a test that fails waits for it.
func patience(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// overBoth runs a test over each binding.
func overBoth(t *testing.T, test func(t *testing.T, b client.Binding)) {
	for _, b := range []client.Binding{client.SSE, client.WebSocket} {
		t.Run(string(b), func(t *testing.T) { test(t, b) })
	}
}

func newAgent(t *testing.T, url string, tokens client.TokenSource, b client.Binding) *client.Agent {
	t.Helper()
	a, err := client.NewAgent(url, tokens, client.Options{Binding: b})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.CloseIdle)
	return a
}

func message(id, customer string) protocol.PostMessage {
	return protocol.PostMessage{ID: id, Customer: protocol.Customer{ID: customer}, Text: "a word"}
}

// Over a line that breaks all the time, also in the middle of a revision and in the
// middle of an event, every event comes exactly once.
func TestEventsOverABreakingLine(t *testing.T) { overBoth(t, eventsOverABreakingLine) }

func eventsOverABreakingLine(t *testing.T, b client.Binding) {
	s, ctx := site.Start(t), patience(t)
	line := newProxy(t, s.Replica.Addr().String())
	line.least.Store(400)
	line.most.Store(80_000) // more than one revision can have, or none would ever pass
	const customers = 600
	begun, next := make(chan struct{}), atomic.Int64{}
	connector := s.Connector("facebook")
	var wg sync.WaitGroup
	defer wg.Wait()
	for range 64 {
		wg.Go(func() {
			select {
			case <-begun:
			case <-ctx.Done():
			}
			for n := next.Add(1); n <= customers; n = next.Add(1) {
				if _, err := connector.Post(ctx, message(fmt.Sprint("m", n), fmt.Sprint("c", n))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	breaks, received := 0, map[string]int{}
	agent := newAgent(t, line.url(), client.StaticToken(s.Token("alice")), b)
	for e, err := range agent.Events(ctx, client.Follow{Disconnected: func(error, time.Duration) { breaks++ }}) {
		if err != nil {
			t.Fatalf("%v after %d of %d", err, len(received), customers)
		}
		value, err := e.Value()
		if err != nil {
			t.Fatal(err)
		}
		switch v := value.(type) {
		case *protocol.Snapshot:
			if len(v.Requests) > 0 {
				t.Fatal("a second snapshot") // there was nothing when it began
			}
			if e.Cursor != "" {
				close(begun)
			}
		case *protocol.Gap:
			t.Fatal("a gap")
		case *protocol.Event:
			received[v.RequestID]++
		}
		if len(received) == customers {
			break
		}
	}
	for id, n := range received {
		if n != 1 {
			t.Errorf("%s was received %d times", id, n)
		}
	}
	if breaks == 0 {
		t.Error("the line never broke: this shows nothing")
	}
	t.Logf("%d breaks", breaks)
}

// soonOver is how long a token counts that is to run out in a test. The test has to be
// through by then with what it needs the token for, and with a renewal within the last
// fifth of it, on a busy machine, too.
const soonOver = 15 * time.Second

// soonOverOf signs such a token.
func soonOverOf(s *site.Site, agent string) (string, error) {
	return s.Issuer.Sign(agent, nil, soonOver-auth.ClockSkew)
}

// When a token runs out, the feed goes on with the next one.
func TestEventsWithTheNextToken(t *testing.T) {
	t.Parallel()
	s, ctx := site.Start(t), patience(t)
	var begun atomic.Bool
	tokens := func(context.Context) (string, error) {
		if begun.Load() {
			return s.Issuer.Sign("alice", nil, time.Hour)
		}
		return soonOverOf(s, "alice")
	}
	var got []protocol.EventType
	for e, err := range newAgent(t, s.URL, tokens, client.SSE).Events(ctx, client.Follow{}) {
		if err != nil {
			t.Fatal(err)
		}
		begun.Store(true)
		if e.Type != protocol.EventBookmark { // which comes now and then
			got = append(got, e.Type)
		}
		if e.Type == protocol.EventTokenExpired {
			if _, err := s.Connector("facebook").Post(ctx, message("m1", "john")); err != nil {
				t.Fatal(err)
			}
		}
		if e.Type == protocol.EventReceived {
			break
		}
	}
	want := []protocol.EventType{protocol.EventSnapshot, protocol.EventTokenExpired, protocol.EventReceived}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A token that is refused again and again ends the feed with the problem.
func TestEventsWithoutAGoodToken(t *testing.T) { overBoth(t, eventsWithoutAGoodToken) }

func eventsWithoutAGoodToken(t *testing.T, b client.Binding) {
	s, ctx := site.Start(t), patience(t)
	var last error
	for e, err := range newAgent(t, s.URL, client.StaticToken("nonsense"), b).Events(ctx, client.Follow{}) {
		if err == nil {
			t.Fatalf("%+v", e)
		}
		last = err
	}
	if !client.IsProblem(last, protocol.ProblemInvalidToken) {
		t.Errorf("%v", last)
	}
}

// A connection on which nothing comes at all is dead, and replaced.
func TestEventsOverADeadLine(t *testing.T) { overBoth(t, eventsOverADeadLine) }

func eventsOverADeadLine(t *testing.T, b client.Binding) {
	s, ctx := site.Start(t), patience(t)
	line := newProxy(t, s.Replica.Addr().String())
	line.mute.Store(true)
	dead := false
	// In that time the next connection has to bring something, sooner or later.
	follow := client.Follow{Silence: 3 * time.Second, Disconnected: func(error, time.Duration) {
		dead = true
		line.mute.Store(false)
	}}
	for e, err := range newAgent(t, line.url(), client.StaticToken(s.Token("alice")), b).Events(ctx, follow) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Type == protocol.EventSnapshot {
			break
		}
	}
	if !dead {
		t.Error("it was never found dead")
	}
}

// The feed ends with its context, and says so.
func TestEventsEndWithTheContext(t *testing.T) { overBoth(t, eventsEndWithTheContext) }

func eventsEndWithTheContext(t *testing.T, b client.Binding) {
	s := site.Start(t)
	ctx, cancel := context.WithCancelCause(patience(t))
	defer cancel(nil)
	over := errors.New("over")
	var last error
	for _, err := range newAgent(t, s.URL, client.StaticToken(s.Token("alice")), b).Events(ctx, client.Follow{}) {
		cancel(over)
		last = err
	}
	if !errors.Is(last, over) {
		t.Errorf("%v", last)
	}
}

// A call that finds the runtime restarting is repeated, and has one effect.
func TestCallsOutliveARestart(t *testing.T) {
	s, ctx := site.Start(t), patience(t)
	c, err := client.NewConnector(s.URL, "facebook", site.Key("facebook"), client.Options{Attempts: 1000})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdle)
	s.Stop()
	posted := make(chan error, 1)
	go func() {
		_, err := c.Post(ctx, message("m1", "john"))
		posted <- err
	}()
	s.Run()
	if err := <-posted; err != nil {
		t.Fatal(err)
	}
	for r, err := range s.Agent("alice").Requests(ctx, client.Query{}) {
		if err != nil || r.Version != 1 {
			t.Errorf("%+v, %v", r, err)
		}
	}
}

// breaking is a way to a runtime that breaks in the midst of the first answer, in a
// manner of its own: HTTP/2, TLS and TCP have different words for it.
type breaking struct {
	http.RoundTripper
	once sync.Once
}

func (b *breaking) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		b.once.Do(func() {
			resp.Body.Close()
			resp.Body = io.NopCloser(iotest.ErrReader(errors.New("it broke")))
		})
	}
	return resp, err
}

// An answer that breaks off is asked for again, however it broke: the command has one
// effect.
func TestAnswersThatBreakOff(t *testing.T) {
	s, ctx := site.Start(t), patience(t)
	opened, err := s.Connector("facebook").Post(ctx, message("m1", "john"))
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	a, err := client.NewAgent(s.URL, client.StaticToken(s.Token("alice")), client.Options{HTTP: &http.Client{Transport: &breaking{RoundTripper: transport}}})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := a.Join(ctx, opened.Request); err != nil || !r.Repeated || r.Request.Version != 2 {
		t.Errorf("%+v, %v", r, err)
	}
}

// What is refused for good is not repeated.
func TestRefusalsAreNotRepeated(t *testing.T) {
	s, ctx := site.Start(t), patience(t)
	_, err := s.Connector("lost").Post(ctx, message("m1", "john"))
	var p *protocol.Problem
	if !errors.As(err, &p) || p.Type != protocol.ProblemListUnavailable || p.RetryAfter != 30*time.Second || p.Status != http.StatusServiceUnavailable {
		t.Errorf("%+v", err)
	}
}

// An error that is no problem document (a proxy's page) is made one of.
func TestForeignErrors(t *testing.T) {
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "<html>no upstream</html>", http.StatusBadGateway)
	}))
	defer front.Close()
	a, err := client.NewAgent(front.URL, client.StaticToken("t"), client.Options{Attempts: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer a.CloseIdle()
	_, err = a.Me(patience(t))
	if diff := cmp.Diff(&protocol.Problem{Type: "about:blank", Title: "Bad Gateway", Status: 502}, err); diff != "" {
		t.Error(diff)
	}
}

// Tokens can come from any OAuth 2 source; the development issuer is one.
func TestOAuth2(t *testing.T) {
	s, ctx := site.Start(t), patience(t)
	a := newAgent(t, s.URL, client.OAuth2(issuer.TokenSource(ctx, s.Issuer.URL(), "carol", []string{"supervisors"})), client.SSE)
	me, err := a.Me(ctx)
	if err != nil || me.Agent != "carol" || len(me.Lists) != 2 {
		t.Errorf("%+v, %v", me, err)
	}
	http.DefaultClient.CloseIdleConnections()
}

// Names that mean something in an address reach the runtime as they are.
func TestNamesAreEscaped(t *testing.T) {
	s, ctx := site.Start(t), patience(t)
	const customer = "../a b/c?d=é%2F#"
	if _, err := s.Connector("facebook").Post(ctx, message("m1", customer)); err != nil {
		t.Fatal(err)
	}
	if outcome, err := s.Connector("facebook").EndSession(ctx, customer); err != nil || outcome != "closed" {
		t.Errorf("%s, %v", outcome, err)
	}
}

func TestBadAddresses(t *testing.T) {
	for _, base := range []string{"", "localhost:8080", "ftp://x", "http://", "://"} {
		if _, err := client.NewAgent(base, client.StaticToken(""), client.Options{}); err == nil {
			t.Errorf("%q was taken", base)
		}
	}
}
