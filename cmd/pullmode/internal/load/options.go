package load

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pullmode/operator/runtime/client"
)

// Options say how much load there is, and of what kind.
type Options struct {
	// Agents share Lists evenly: each is on one.
	Agents, Lists int
	// Customers is how many there are at most; 0 as many as it takes.
	Customers int
	// Rate is how many requests are opened a second.
	Rate float64
	// Mix is what becomes of a request within its Life.
	Mix  Mix
	Life time.Duration
	// Duration is how long requests are opened.
	Duration time.Duration
	// Binding is what the agents' feeds come over.
	Binding client.Binding
	// Drop is how long an agent keeps a connection, on average, before they lose it;
	// 0 means for ever. Away is how long they are without one at most.
	Drop, Away time.Duration
	// Restarts is how often the runtime is killed meanwhile; it needs Target.Restart.
	Restarts int
	// Patience is how long everything may take to arrive once nothing more is sent.
	Patience time.Duration
	// Progress is told how far it is, every second. Default: nobody is.
	Progress func(Progress)
}

// Mix is how often each thing happens to a request, on average.
type Mix struct {
	Joins    float64 `json:"joins"`
	Leaves   float64 `json:"leaves"`
	Messages float64 `json:"messages"`
	Closes   float64 `json:"closes"`
}

// Target is the runtime under load, with Configuration in force.
type Target struct {
	URL string
	// Token gives an agent's tokens.
	Token func(ctx context.Context, name, group string) client.TokenSource
	// Key is the one of Configuration's channels.
	Key string
	// MetricsURL is where the runtime's metrics are; empty where nobody knows.
	MetricsURL string
	// Restart kills the runtime and starts it again; nil where nobody can.
	Restart func(ctx context.Context) error
	// UserAgent is what connections say of themselves.
	UserAgent string
}

// Check says whether there can be such a load on the target.
func (o Options) Check(t Target) error {
	switch {
	case o.Lists < 1 || o.Lists > MaxLists:
		return fmt.Errorf("--lists is %d: give 1 to %d", o.Lists, MaxLists)
	case o.Agents < o.Lists:
		return fmt.Errorf("%d agents cannot share %d lists: every list needs one", o.Agents, o.Lists)
	case o.Rate <= 0:
		return errors.New("--rate has to be more than 0 requests a second")
	case o.Restarts > 0 && t.URL != "" && t.Restart == nil:
		return errors.New("a runtime that runs elsewhere cannot be restarted from here: leave --restart or --url out")
	}
	return enoughFiles(o.Agents)
}
