package contract_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/replica"
	"github.com/pullmode/operator/runtime/snapshot"
)

func (d *desk) refused() (r struct {
	Message string
	Data    struct {
		Type    string
		Content struct{ Msg string }
	}
}) {
	d.t.Helper()
	d.eventually("not refused", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.refuse != nil && json.Unmarshal(d.refuse, &r) == nil
	})
	return r
}

func TestWhoIsLetIn(t *testing.T) {
	s := site.Start(t)
	alice := s.Token("alice")
	for name, tc := range map[string]struct {
		auth          map[string]any
		message, kind string
	}{
		"no token":        {map[string]any{}, "login-failed", "invalid-token"},
		"no good one":     {map[string]any{"token": "x.y.z"}, "login-failed", "invalid-token"},
		"somebody else":   {map[string]any{"token": alice, "agent": `{"id":"bob","username":"bob"}`}, "login-failed", "other-agent"},
		"no such profile": {map[string]any{"token": alice, "profile": "v9"}, "malformed", "malformed"},
		"no agent":        {map[string]any{"token": alice, "agent": "{"}, "malformed", "malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			d := connect(s, tc.auth)
			if got := d.refused(); got.Message != tc.message || got.Data.Type != tc.kind || got.Data.Content.Msg == "" {
				t.Errorf("refused with %+v", got)
			}
			d.hangUp()
		})
	}
	for name, agent := range map[string]any{
		"none": nil, "empty": "", "a string": `{"id":"4711","username":"alice"}`, "an object": map[string]any{"id": "alice"},
	} {
		t.Run("agent: "+name, func(t *testing.T) { connect(s, map[string]any{"token": alice, "agent": agent}).in().hangUp() })
	}
}

// What a desk says of its agent is checked against the token, and never believed.
func TestCommandsAreTheTokensAgents(t *testing.T) {
	s := site.Start(t)
	d := connect(s, map[string]any{"token": s.Token("alice"), "agent": `{"id":"4711","username":"alice"}`}).in()
	id := customer(s, "web", "john")
	for name, payload := range map[string]map[string]any{
		"agentId":          {"requestId": id, "agentId": "bob"},
		"topicParticipant": {"requestId": id, "topicParticipant": map[string]any{"participant": map[string]any{"keycloakUser": map[string]any{"id": "bob"}}}},
	} {
		if got := d.ask("joinPullModeRequest", payload); got["type"] != "other-agent" {
			t.Errorf("%s: %v", name, got)
		}
	}
	if e := wait[struct{ Task, Type string }](d, "errors", 2); e.Task != "joinPullModeRequest" || e.Type != "other-agent" {
		t.Errorf("%+v", e)
	}
	d.must("joinPullModeRequest", map[string]any{"requestId": id, "agentId": "4711"}) // as auth.agent calls alice
}

func TestTokens(t *testing.T) {
	s := site.Start(t)
	// Time enough for what is done with it on a busy machine, and no more.
	short := func() string {
		token, err := s.Issuer.Sign("alice", nil, 10*time.Second-auth.ClockSkew)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	renews := connect(s, map[string]any{"token": short()}).in()
	if got := renews.ask("auth", map[string]any{"token": s.Token("bob")}); got["type"] != "other-agent" {
		t.Errorf("%v", got)
	}
	renews.must("auth", map[string]any{"token": s.Token("alice", "supervisors")})
	expires := connect(s, map[string]any{"token": short()}).in() // later than the first one of renews
	if e := wait[struct{ Task, Type string }](expires, "errors", 1); e.Task != "auth" || e.Type != "token-expired" {
		t.Errorf("%+v", e)
	}
	if how := expires.over(); how != "disconnected" {
		t.Errorf("%s: it would come back with the same token", how)
	}
	renews.must("subscribePullModeList", map[string]any{"listId": "l2"}) // by the new token's group
}

// Who connects too often is not refused, as then it would not try again by itself; a
// command too many is.
func TestRateLimits(t *testing.T) {
	now := time.Now()
	s := site.Start(t, func(o *replica.Options) { o.Now = func() time.Time { return now } })
	config := s.Config()
	config.RateLimits.Agent = &snapshot.Rate{PerSecond: 1, Burst: 1}
	s.Program(config)
	first := as(s, "alice").in()
	if got := first.ask("changeAgentState", nil); got["type"] != "too-many-requests" || got["retryAfterMs"] == nil {
		t.Errorf("%v", got)
	}
	if how := as(s, "alice").over(); how != "closed" {
		t.Errorf("%s: it would not try again", how)
	}
}
