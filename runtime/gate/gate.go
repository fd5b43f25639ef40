// Package gate lets agents in, by whichever face of the runtime they come: it says
// who a token speaks for, by the issuers of the snapshot in force.
//
// Every face has its own way of being shown a token and of saying no. What is
// behind them is the same for all and is here.
package gate

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/observe"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/view"
)

// ErrNoConfiguration: the runtime has no snapshot yet, so it trusts nobody.
var ErrNoConfiguration = errors.New("the runtime has not been given its configuration yet")

// Caller is an agent who has been let in.
type Caller struct {
	inbox.Agent
	// Issuer vouched for them: its URL.
	Issuer string
	// Until is how long their token counts; clock skew is in it.
	Until time.Time
}

// Options are what a Gate stands on. Those without a default are required.
type Options struct {
	View     *view.View
	Executor *command.Executor
	// Verifier is kept to the issuers of the snapshot in force.
	Verifier *auth.Verifier
	// Metrics counts calls over the limits. Default: metrics that nobody reads.
	Metrics *observe.Registry
	// Now is the time that calls are counted at. Default time.Now.
	Now func() time.Time
	// Log default slog.Default().
	Log *slog.Logger
}

// Gate is safe for concurrent use.
type Gate struct {
	Options
	// trusted is the snapshot whose issuers the verifier has; it changes under trusting.
	trusted            atomic.Pointer[snapshot.Index]
	trusting           sync.Mutex
	agents, connectors limiters
}

// New makes a gate.
func New(o Options) *Gate {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Metrics == nil {
		o.Metrics = observe.NewRegistry("")
	}
	return &Gate{Options: o}
}

// Agent says who a token speaks for, and notes that they were seen. What they may do
// follows from the snapshot; an agent who may do nothing is an agent all the same,
// with no lists.
//
// Errors: ErrNoConfiguration, *auth.Error, and those of the store.
func (g *Gate) Agent(ctx context.Context, token string) (Caller, error) {
	if !g.trust() {
		return Caller{}, ErrNoConfiguration
	}
	identity, err := g.Verifier.Verify(ctx, token)
	if err != nil {
		return Caller{}, err
	}
	c := Caller{
		Agent:  inbox.Agent{Name: identity.Name, Groups: identity.Groups},
		Issuer: identity.Issuer,
		Until:  identity.Expiry.Add(auth.ClockSkew),
	}
	return c, g.Executor.See(ctx, c.Agent)
}

// trust keeps the verifier to the issuers of the snapshot in force; false where there
// is none. It is looked at with every call rather than followed from aside, so that the
// first token after a snapshot was adopted is judged by it.
func (g *Gate) trust() bool {
	config := g.View.Config()
	if config == nil || g.trusted.Load() == config {
		return config != nil
	}
	g.trusting.Lock()
	defer g.trusting.Unlock()
	// The one in force by now: whoever was held up must not bring an older one back.
	if config = g.View.Config(); g.trusted.Load() == config {
		return true
	}
	issuers := make([]auth.Issuer, len(config.Authentication.Issuers))
	for i, issuer := range config.Authentication.Issuers {
		issuers[i] = auth.Issuer(issuer)
	}
	if err := g.Verifier.SetIssuers(issuers); err != nil {
		g.Log.Error("an issuer of the snapshot cannot be used: its agents are refused", "error", err)
	}
	g.trusted.Store(config)
	return true
}
