// Package command carries out what connectors, agents, clocks and the operator
// ask of the runtime: it reads the view, lets the rules of package request
// decide, and commits the decision with a compare on what it was decided from. A
// lost race is decided anew from what won it. What it answers is on disk.
package command

import (
	"context"
	"log/slog"
	"time"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/view"
)

// Store is what commands need of a *store.Store.
type Store interface {
	Commit(context.Context, store.Txn) (store.Result, error)
	Get(ctx context.Context, key string) (store.KV, error)
	Load(ctx context.Context, prefixes []string, fn func(store.KV) error) (int64, error)
	Latest(context.Context) (int64, error)
	Grant(ctx context.Context, ttl time.Duration) (store.LeaseID, error)
	Usage(context.Context) (used, quota int64, err error)
}

// Options are what an Executor works with. Store and View are required.
type Options struct {
	Store Store
	View  *view.View
	Log   *slog.Logger
	// Now is the clock; time.Now by default.
	Now func() time.Time
	// Observe is told of every command: what it came to and how long it took.
	// outcome is a request.Outcome or a Reason.
	Observe func(kind, outcome string, took time.Duration)
	// Unheard is told of every request that opens on a list while no agent is
	// subscribed to it: it waits, and nobody has been told (T02).
	Unheard func(list string)
	// Changed is told of every request as it is after a command, successors among
	// them (T28), by the one replica that carried it out.
	Changed func(*request.Document)
	// Conflict is told of the list of every request that an agent was too late for
	// (T09), and Dismissed of those whose alerts an agent has dismissed (N5), each once
	// for every alert.
	Conflict, Dismissed func(list string)
}

// Executor carries out commands. Its methods may be called from any goroutine.
type Executor struct {
	Options
	queues queues
	leases leases
	space  space
	ids    ids
}

// New makes an Executor.
func New(o Options) *Executor {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Observe == nil {
		o.Observe = func(string, string, time.Duration) {}
	}
	for _, told := range []*func(string){&o.Unheard, &o.Conflict, &o.Dismissed} {
		if *told == nil {
			*told = func(string) {}
		}
	}
	if o.Changed == nil {
		o.Changed = func(*request.Document) {}
	}
	x := &Executor{Options: o}
	x.leases.store, x.leases.now = o.Store, o.Now
	x.space.store, x.space.now = o.Store, o.Now
	x.ids.now = o.Now
	return x
}

// attempts bounds how often a command is decided anew. Each lost race is somebody
// else's success, so even a storm of hundreds on one request is over before.
const attempts = 300

// config is the snapshot in force.
func (x *Executor) config() (*snapshot.Index, error) {
	if config := x.View.Config(); config != nil {
		return config, nil
	}
	return nil, refuse(NoConfiguration, "the runtime has not been given a routing snapshot yet: try again shortly").retry(time.Second)
}

// channel finds a channel of the snapshot in force.
func (x *Executor) channel(name string) (*snapshot.Channel, error) {
	config, err := x.config()
	if err != nil {
		return nil, err
	}
	if c := config.Channel(name); c != nil {
		return c, nil
	}
	return nil, refuse(UnknownChannel, "there is no channel %q here: the name of a Channel is meant", name)
}

// settlePatience is how long an answer waits for a view that does not follow the
// store: longer than any pause of it, shorter than a caller's patience.
const settlePatience = 5 * time.Second

// settle waits until this replica's own view shows what was committed, so that
// whoever is answered can read it back here. The commit stands whether or not
// the wait is cut short.
func (x *Executor) settle(ctx context.Context, revision int64) {
	ctx, cancel := context.WithTimeout(ctx, settlePatience)
	defer cancel()
	if err := x.View.WaitFor(ctx, revision); err != nil {
		x.Log.Debug("answered before the view had caught up", "revision", revision, "error", err)
	}
}

// patience is how long a command is carried out for whose caller sets no deadline.
const patience = 10 * time.Second

func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, has := ctx.Deadline(); has {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, patience)
}

// catchUp waits until the view shows everything that anybody was told before the
// call, whichever replica told them.
func (x *Executor) catchUp(ctx context.Context) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	latest, err := x.Store.Latest(ctx)
	if err == nil {
		err = x.View.WaitFor(ctx, latest)
	}
	if err != nil {
		return ofStore(err)
	}
	return nil
}

// env is what the rules need to know beside the document.
func (x *Executor) env(config *snapshot.Index, list, channel string) request.Env {
	return request.Env{
		Now: x.Now(), List: config.List(list), Channel: config.Channel(channel), OfferTimeout: config.OfferTimeout(),
	}
}

// heard counts a new request on a list of which nobody is told (T02).
func (x *Executor) heard(list string) {
	if !x.View.Subscribed(list) {
		x.Unheard(list)
	}
}

func (x *Executor) observed(kind string, outcome *string, err *error) func() {
	begun := time.Now()
	return func() {
		if *err != nil {
			*outcome = string(reasonOf(*err))
		}
		x.Observe(kind, *outcome, time.Since(begun))
	}
}

// as looks at the view as an agent.
func (x *Executor) as(agent inbox.Agent) *inbox.Inbox { return inbox.Of(x.View, agent) }
