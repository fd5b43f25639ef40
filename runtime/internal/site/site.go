// Package site is a whole runtime for tests: one replica on a real disk, behind
// real HTTP, with an issuer that signs tokens for whoever a test needs.
package site

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/internal/port"
	"github.com/pullmode/operator/runtime/issuer"
	"github.com/pullmode/operator/runtime/replica"
	"github.com/pullmode/operator/runtime/snapshot"
)

// Site is one running runtime. Its configuration is lab.Config with the issuer and
// with keys.
type Site struct {
	T       testing.TB
	Replica *replica.Replica
	Issuer  *issuer.Issuer
	Options replica.Options
	// URL is where agents and connectors come in.
	URL string
}

// Key is the connector's key of a channel.
func Key(channel string) string { return "the-key-of-" + channel + "-is-long" }

// Start starts a runtime with a snapshot in force.
func Start(t testing.TB, change ...func(*replica.Options)) *Site {
	t.Helper()
	s := Unprogrammed(t, change...)
	s.Program(s.Config())
	return s
}

// Unprogrammed starts a runtime that nobody has given a snapshot.
func Unprogrammed(t testing.TB, change ...func(*replica.Options)) *Site {
	t.Helper()
	s := &Site{T: t, Issuer: Issuer(t), Options: replica.Options{
		Name: "site", DataDir: t.TempDir(), Addr: port.Reserve(t), MetricsAddr: "127.0.0.1:0",
		DrainTimeout: time.Minute, Version: "test", Log: slog.New(slog.DiscardHandler),
	}}
	for _, c := range change {
		c(&s.Options)
	}
	s.Run()
	return s
}

// Issuer serves an issuer of agents' tokens.
func Issuer(t testing.TB) *issuer.Issuer {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	i, err := issuer.New(issuer.Options{URL: "http://" + server.Listener.Addr().String(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = i
	server.Start()
	t.Cleanup(server.Close)
	return i
}

// Run starts the replica on the site's directory; Stop ends it.
func (s *Site) Run() {
	s.T.Helper()
	r, err := replica.Start(context.Background(), s.Options)
	if err != nil {
		s.T.Fatal(err)
	}
	s.Replica, s.URL = r, "http://"+r.Addr().String()
	s.Options.Addr = r.Addr().String() // where clients find it after a restart
	s.T.Cleanup(func() {
		// Who still hangs on it is not waited for as long as by a Stop that a test looks at.
		patience, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := r.Stop(patience); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			s.T.Errorf("stop: %v", err)
		}
	})
}

// Stop ends the replica; its directory stays.
func (s *Site) Stop() {
	s.T.Helper()
	if err := s.Replica.Stop(context.Background()); err != nil {
		s.T.Errorf("stop: %v", err)
	}
}

// Config is lab.Config with the site's issuer and keys.
func (s *Site) Config() snapshot.Snapshot { return Config(s.Issuer.URL()) }

// Config is lab.Config with an issuer and keys.
func Config(issuerURL string) snapshot.Snapshot {
	config := lab.Config()
	config.Authentication.Issuers = []snapshot.Issuer{{
		URL: issuerURL, Audience: issuer.DefaultAudience,
		UsernameClaim: auth.DefaultUsernameClaim, GroupsClaim: auth.DefaultGroupsClaim, AllowHTTP: true,
	}}
	// Tests call as fast as they can.
	unlimited := &snapshot.Rate{PerSecond: 1_000_000, Burst: 1_000_000}
	config.RateLimits = snapshot.RateLimits{Agent: unlimited, Connector: unlimited}
	for i := range config.Channels {
		config.Channels[i].KeyHashes = []string{auth.HashKey(Key(config.Channels[i].Name))}
	}
	return config
}

// Program takes a snapshot into force and waits until it is served.
func (s *Site) Program(config snapshot.Snapshot) {
	s.T.Helper()
	refusal, err := s.Replica.Program(context.Background(), config)
	if err != nil || refusal != nil {
		s.T.Fatalf("program: %v, %+v", err, refusal)
	}
	s.Eventually(func() bool { return s.Replica.Ready() == nil })
}

// Token signs a token for an agent.
func (s *Site) Token(agent string, groups ...string) string {
	s.T.Helper()
	token, err := s.Issuer.Sign(agent, groups, time.Hour)
	if err != nil {
		s.T.Fatal(err)
	}
	return token
}

// Agent is a client in an agent's name.
func (s *Site) Agent(agent string, groups ...string) *client.Agent {
	s.T.Helper()
	a, err := client.NewAgent(s.URL, client.StaticToken(s.Token(agent, groups...)), client.Options{})
	if err != nil {
		s.T.Fatal(err)
	}
	s.T.Cleanup(a.CloseIdle)
	return a
}

// Connector is a client in a channel's name.
func (s *Site) Connector(channel string) *client.Connector {
	s.T.Helper()
	c, err := client.NewConnector(s.URL, channel, Key(channel), client.Options{})
	if err != nil {
		s.T.Fatal(err)
	}
	s.T.Cleanup(c.CloseIdle)
	return c
}

// Eventually waits for a fact.
func (s *Site) Eventually(fact func() bool) {
	s.T.Helper()
	gomega.NewWithT(s.T).Eventually(fact, time.Minute, time.Millisecond).Should(gomega.BeTrue())
}
