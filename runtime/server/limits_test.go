package server_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/replica"
	"github.com/pullmode/operator/runtime/snapshot"
)

// Who calls more often than they may is told when to come back, and nobody else is
// held up by them.
func TestRateLimits(t *testing.T) {
	began, moved := time.Now(), atomic.Int64{} // a clock that stands, so that nothing is refilled by itself
	s := site.Start(t, func(o *replica.Options) {
		o.Now = func() time.Time { return began.Add(time.Duration(moved.Load())) }
	})
	config := s.Config()
	config.RateLimits = snapshot.RateLimits{Agent: &snapshot.Rate{PerSecond: 2, Burst: 3}, Connector: &snapshot.Rate{PerSecond: 1, Burst: 2}}
	s.Program(config)
	over := answered{http.StatusTooManyRequests, protocol.ProblemTooMany, map[string]string{"Retry-After": "1"}}
	as := func(agent string) sent {
		return sent{method: "GET", path: "/v1/me", header: bearer(s.Token(agent))}
	}
	alice := as("alice")
	for range 3 {
		wantOK(t, s.URL, alice, nil)
	}
	wantProblem(t, s.URL, alice, over)
	wantProblem(t, s.URL, sent{method: "GET", path: "/v1/events", header: alice.header}, over)
	wantOK(t, s.URL, as("bob"), nil)
	moved.Add(int64(time.Second))
	wantOK(t, s.URL, alice, nil)

	for _, id := range []string{"m1", "m2"} {
		wantOK(t, s.URL, post("facebook", message(id, "john", "hi")), nil)
	}
	wantProblem(t, s.URL, post("facebook", message("m3", "john", "hi")), over)
	// Whoever has not the key takes nothing from the connector that has it.
	moved.Add(int64(time.Second))
	stranger := post("facebook", message("m3", "john", "hi"))
	stranger.header = bearer("not-the-key-of-the-channel")
	for range 5 {
		wantProblem(t, s.URL, stranger, answered{Status: http.StatusUnauthorized, Type: protocol.ProblemInvalidKey})
	}
	wantOK(t, s.URL, post("facebook", message("m3", "john", "hi")), nil)

	// Other limits count from the next call on.
	config.RateLimits.Connector = &snapshot.Rate{PerSecond: 1, Burst: 50}
	s.Program(config)
	for range 50 {
		wantOK(t, s.URL, post("facebook", message("m3", "john", "hi")), nil)
	}
}
