package gate_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/gate"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/issuer"
	"github.com/pullmode/operator/runtime/snapshot"
)

func open(t *testing.T) (*lab.Lab, *gate.Gate) {
	t.Helper()
	l, quiet := lab.Start(t), slog.New(slog.DiscardHandler)
	return l, gate.New(gate.Options{
		View: l.View, Executor: l.Do, Now: l.Clock.Now, Log: quiet, Verifier: auth.NewVerifier(auth.Options{Logger: quiet}),
	})
}

// with puts a snapshot into force that differs from the lab's.
func with(l *lab.Lab, change func(*snapshot.Snapshot)) {
	config := lab.Config()
	change(&config)
	l.Program(config)
}

func TestOrigin(t *testing.T) {
	l, g := open(t)
	tests := map[string]struct {
		allowed []string
		host    string
		origins []string
		want    bool
	}{
		"no browser":                  {host: "routing.test", want: true},
		"its own":                     {host: "routing.test", origins: []string{"https://routing.test"}, want: true},
		"its own behind TLS":          {host: "routing.test", origins: []string{"http://routing.test"}, want: true},
		"its own with a port":         {host: "127.0.0.1:8080", origins: []string{"http://127.0.0.1:8080"}, want: true},
		"its own with the usual port": {host: "Routing.test:443", origins: []string{"https://routing.test"}, want: true},
		"another port":                {host: "127.0.0.1:8080", origins: []string{"http://127.0.0.1:9090"}},
		"another host":                {host: "routing.test", origins: []string{"https://desk.test"}},
		"one that begins alike":       {host: "routing.test", origins: []string{"https://routing.test.evil.example"}},
		"none that can be named":      {host: "routing.test", origins: []string{"null"}},
		"an empty one":                {host: "routing.test", origins: []string{""}},
		"no host at all":              {host: "", origins: []string{"null"}},
		"two":                         {host: "routing.test", origins: []string{"https://routing.test", "https://evil.example"}},
		"allowed":                     {allowed: []string{"https://desk.test"}, origins: []string{"https://desk.test"}, want: true},
		"allowed with a port":         {allowed: []string{"https://desk.test:8443"}, origins: []string{"https://desk.test:8443"}, want: true},
		"allowed by another spelling": {allowed: []string{"https://Desk.test:443"}, origins: []string{"https://desk.test"}, want: true},
		"allowed without TLS only":    {allowed: []string{"http://localhost:3000"}, origins: []string{"https://localhost:3000"}},
		"below an allowed one":        {allowed: []string{"https://desk.test"}, origins: []string{"https://a.desk.test"}},
		"every one":                   {allowed: []string{"*"}, origins: []string{"https://anywhere.test"}, want: true},
		"every one and no name":       {allowed: []string{"*"}, origins: []string{"null"}, want: true},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			with(l, func(s *snapshot.Snapshot) { s.AllowedOrigins = tc.allowed })
			r := httptest.NewRequest("GET", "/v1/me", nil)
			r.Host, r.Header["Origin"] = tc.host, tc.origins
			r.Header.Set("X-Forwarded-Host", "desk.test") // whoever sends it
			if tc.origins == nil {
				delete(r.Header, "Origin")
			}
			if got := g.Origin(r); got != tc.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

// took is how many of n calls there was room for, and how long the next one waits.
func took(g *gate.Gate, agent string, n int) (taken int, wait time.Duration) {
	for range n {
		var ok bool
		if wait, ok = g.Allow(agent); ok {
			taken++
		}
	}
	return taken, wait
}

func TestAllow(t *testing.T) {
	l, g := open(t)
	limit := func(perSecond, burst int32) {
		with(l, func(s *snapshot.Snapshot) { s.RateLimits.Agent = &snapshot.Rate{PerSecond: perSecond, Burst: burst} })
	}
	want := func(agent string, n, taken int, wait time.Duration) {
		t.Helper()
		if got, left := took(g, agent, n); got != taken || left != wait {
			t.Errorf("%s had %d of %d, and waits %v; want %d and %v", agent, got, n, left, taken, wait)
		}
	}
	limit(4, 10)
	want("alice", 20, 10, time.Second/4)
	want("bob", 1, 1, 0) // nobody pays for others
	l.Clock.Move(time.Second)
	want("alice", 20, 4, time.Second/4) // what is refused costs nothing
	limit(1, 2)                         // another snapshot, from the next call on
	want("alice", 5, 2, time.Second)
	l.Clock.Move(time.Hour)
	want("alice", 5, 2, time.Second)
}

func TestDefaultLimits(t *testing.T) {
	l, g := open(t)
	with(l, func(*snapshot.Snapshot) {})
	if taken, wait := took(g, "alice", 200); taken != 100 || wait != time.Second/50 {
		t.Errorf("agents: %d, %v", taken, wait)
	}
	taken := 0
	for range 3000 {
		if _, ok := g.AllowConnector("facebook"); ok {
			taken++
		}
	}
	if taken != 2000 {
		t.Errorf("connectors: %d", taken)
	}
}

// A caller is remembered for as long as they are not as good as new, and nobody for
// much longer.
func TestCallersAreForgotten(t *testing.T) {
	l, g := open(t)
	const perSecond, burst = 1, 600 // ten minutes until a bucket is full
	with(l, func(s *snapshot.Snapshot) { s.RateLimits.Agent = &snapshot.Rate{PerSecond: perSecond, Burst: burst} })
	took(g, "alice", burst)
	most := 0
	for minute := range 40 {
		l.Clock.Move(time.Minute)
		for n := range 10 {
			g.Allow(fmt.Sprint("agent-", minute, "-", n))
		}
		most = max(most, g.Remembered())
		if minute == 5 || minute == 11 {
			if taken, _ := took(g, "alice", burst); taken != 360 {
				t.Errorf("minute %d: alice had %d, want the 360 of six minutes", minute, taken)
			}
		}
	}
	if most > 21*10+1 {
		t.Errorf("%d callers were remembered, of 10 a minute and 20 minutes", most)
	}
}

// Where agents sign in is known before anybody asks.
func TestRun(t *testing.T) {
	l, g := open(t)
	server := httptest.NewUnstartedServer(nil)
	i, err := issuer.New(issuer.Options{
		URL: "http://" + server.Listener.Addr().String(), BrowserURL: "http://tokens.test:81", Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = i
	server.Start()
	t.Cleanup(server.Close)
	with(l, func(s *snapshot.Snapshot) {
		s.Authentication.Issuers = []snapshot.Issuer{{URL: i.URL(), Audience: "pullmode", UsernameClaim: "sub", GroupsClaim: "groups", AllowHTTP: true}}
	})
	if diff := cmp.Diff([]string{i.URL()}, g.SignInOrigins()); diff != "" {
		t.Errorf("while nothing is known (-want +got):\n%s", diff)
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { g.Run(ctx) })
	l.Eventually(func() bool { return slices.Equal(g.SignInOrigins(), []string{"http://tokens.test:81"}) })
	stop()
	running.Wait()
}
