package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/replica"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// noHTTP makes no calls.
type noHTTP struct{}

func (noHTTP) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("a call was made beside the WebSocket")
}

// While there is a feed, calls go over its WebSocket: answers and problems come back as
// they do over HTTP.
func TestCallsOverTheWebSocket(t *testing.T) {
	s, ctx := site.Start(t), patience(t)
	agent, err := client.NewAgent(s.URL, client.StaticToken(s.Token("alice")), client.Options{
		Binding: client.WebSocket, HTTP: &http.Client{Transport: noHTTP{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	events := follow(ctx, t, agent)
	opened, err := s.Connector("facebook").Post(ctx, message("m1", "john"))
	if err != nil {
		t.Fatal(err)
	}
	if me, err := agent.Me(ctx); err != nil || me.Agent != "alice" {
		t.Errorf("%+v, %v", me, err)
	}
	if page, err := agent.Page(ctx, client.Query{States: []request.State{request.Unread}, Limit: 10}); err != nil || len(page.Requests) != 1 {
		t.Errorf("%+v, %v", page, err)
	}
	if r, err := agent.Join(ctx, opened.Request); err != nil || r.Outcome != request.Joined {
		t.Errorf("%+v, %v", r, err)
	}
	if e := wait(ctx, t, events, protocol.EventStateChanged); e.RequestID != opened.Request {
		t.Errorf("%+v", e)
	}
	var p *protocol.Problem
	if _, err := agent.Join(ctx, "none"); !errors.As(err, &p) || p.Type != protocol.ProblemUnknownRequest || p.Status != http.StatusNotFound {
		t.Errorf("%v", err)
	}
	given, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := agent.Me(given); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// Who calls too often is told over the WebSocket, too, when to come back.
func TestRetryAfterOverTheWebSocket(t *testing.T) {
	now := time.Now() // and stays: calls may be slow
	s, ctx := site.Start(t, func(o *replica.Options) { o.Now = func() time.Time { return now } }), patience(t)
	config := s.Config()
	config.RateLimits.Agent = &snapshot.Rate{PerSecond: 1, Burst: 2}
	s.Program(config)
	agent, err := client.NewAgent(s.URL, client.StaticToken(s.Token("alice")), client.Options{
		Binding: client.WebSocket, HTTP: &http.Client{Transport: noHTTP{}}, Attempts: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	follow(ctx, t, agent)
	for err == nil {
		_, err = agent.Me(ctx)
	}
	var p *protocol.Problem
	if !errors.As(err, &p) || p.Type != protocol.ProblemTooMany || p.RetryAfter != time.Second {
		t.Errorf("%+v", err)
	}
}

// Commands over a line that breaks all the time have one effect each: what was not
// answered is repeated with the same id.
func TestCommandsOverABreakingLine(t *testing.T) { overBoth(t, commandsOverABreakingLine) }

func commandsOverABreakingLine(t *testing.T, b client.Binding) {
	s, ctx := site.Start(t), patience(t)
	line := newProxy(t, s.Replica.Addr().String())
	line.least.Store(1000)
	line.most.Store(8000)
	agent, err := client.NewAgent(line.url(), client.StaticToken(s.Token("alice")), client.Options{Binding: b, Attempts: 1000})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(agent.CloseIdle)
	var breaks atomic.Int64
	following, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for range agent.Events(following, client.Follow{Disconnected: func(error, time.Duration) { breaks.Add(1) }}) {
		}
	}()
	defer func() { cancel(); <-ended }()
	connector := s.Connector("facebook")
	for n := 0; n < 20 || breaks.Load() < 5; n++ {
		opened, err := connector.Post(ctx, message(fmt.Sprint("m", n), fmt.Sprint("c", n)))
		if err != nil {
			t.Fatal(err)
		}
		for version, do := range []func(context.Context, string) (protocol.Result, error){agent.Join, agent.Leave, agent.Join, agent.Close} {
			r, err := do(ctx, opened.Request)
			if err != nil || r.Request.Version != int64(version)+2 {
				t.Fatalf("command %d: %+v, %v", version, r, err)
			}
		}
	}
	t.Logf("%d breaks", breaks.Load())
}

// A token is renewed on the living connection: nothing breaks, and what the new one's
// groups give is there at once.
func TestTokenIsRenewedOnTheLivingConnection(t *testing.T) {
	t.Parallel()
	s, ctx := site.Start(t), patience(t)
	var asked atomic.Int32
	tokens := func(context.Context) (string, error) {
		if asked.Add(1) == 1 {
			return soonOverOf(s, "carol")
		}
		return s.Issuer.Sign("carol", []string{"supervisors"}, time.Hour)
	}
	follow := client.Follow{Disconnected: func(why error, _ time.Duration) { t.Errorf("it broke: %v", why) }}
	for e, err := range newAgent(t, s.URL, tokens, client.WebSocket).Events(ctx, follow) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Type == protocol.EventListsChanged {
			break
		}
	}
}

// Without a new token in time the runtime ends the connection, and the feed goes on
// with the one that there is then.
func TestTokenThatIsNotRenewed(t *testing.T) {
	t.Parallel()
	s, ctx := site.Start(t), patience(t)
	old, err := soonOverOf(s, "alice")
	if err != nil {
		t.Fatal(err)
	}
	var broke atomic.Bool
	tokens := func(context.Context) (string, error) {
		if broke.Load() {
			return s.Issuer.Sign("alice", nil, time.Hour)
		}
		return old, nil
	}
	follow := client.Follow{Disconnected: func(why error, _ time.Duration) {
		var closed *client.CloseError
		if !errors.As(why, &closed) || closed.Code != protocol.CloseTokenExpired {
			t.Errorf("%v", why)
		}
		broke.Store(true)
		if _, err := s.Connector("facebook").Post(ctx, message("m1", "john")); err != nil {
			t.Error(err)
		}
	}}
	for e, err := range newAgent(t, s.URL, tokens, client.WebSocket).Events(ctx, follow) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Type == protocol.EventReceived {
			break
		}
	}
}

// A new token of somebody else ends the feed, with the runtime's reason.
func TestTokenOfAnotherAgent(t *testing.T) {
	t.Parallel()
	s, ctx := site.Start(t), patience(t)
	var asked atomic.Int32
	tokens := func(context.Context) (string, error) {
		if asked.Add(1) == 1 {
			return soonOverOf(s, "alice")
		}
		return s.Token("bob"), nil
	}
	var last error
	for _, err := range newAgent(t, s.URL, tokens, client.WebSocket).Events(ctx, client.Follow{}) {
		last = err
	}
	var closed *client.CloseError
	if !errors.As(last, &closed) || closed.Code != protocol.CloseOtherAgent || closed.Reason == "" {
		t.Errorf("%v", last)
	}
}

// Whoever takes events slowly and makes calls in between gets their answers: they go
// another way while nothing is read.
func TestCallsOfASlowReader(t *testing.T) {
	defer client.Ahead(client.Ahead(1))
	s, ctx := site.Start(t), patience(t)
	agent := newAgent(t, s.URL, client.StaticToken(s.Token("alice")), client.WebSocket)
	const customers = 20
	received := 0
	for e, err := range agent.Events(ctx, client.Follow{}) {
		if err != nil {
			t.Fatal(err)
		}
		switch e.Type {
		case protocol.EventSnapshot:
			for n := range customers {
				if _, err := s.Connector("facebook").Post(ctx, message(fmt.Sprint("m", n), fmt.Sprint("c", n))); err != nil {
					t.Fatal(err)
				}
				// Each call gives the tick time to pass, so that there are many flushes.
				if _, err := agent.Me(ctx); err != nil {
					t.Fatal(err)
				}
			}
		case protocol.EventReceived:
			received++
		}
		if received == customers {
			break
		}
	}
}
