// Package replica puts one replica of the runtime together: the store, the view
// that follows it, the commands, the clocks and the faces. cmd/runtime runs one
// for an operator; the command line's serve mode and tests run one in their own
// process and hand it snapshots directly.
package replica

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/contract"
	"github.com/pullmode/operator/runtime/desk"
	"github.com/pullmode/operator/runtime/gate"
	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/observe"
	"github.com/pullmode/operator/runtime/presence"
	"github.com/pullmode/operator/runtime/server"
	"github.com/pullmode/operator/runtime/sink"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/view"
)

// Replica is one running replica.
type Replica struct {
	options Options
	begun   time.Time
	ports   ports
	metrics *observe.Registry
	health  *observe.Health

	store    *store.Store
	view     *view.View
	do       *command.Executor
	hub      *hub.Hub
	gate     *gate.Gate
	presence *presence.Writer
	record   atomic.Pointer[sink.Sink] // while this replica is the elected one

	// unseen and unprobed say that the store did not answer at last: to who looks whether
	// it is the same, and to who probes.
	unseen, unprobed atomic.Bool

	// public and contract are nil until the faces are open.
	public   *server.Server
	contract *contract.Face

	// api, admin and probes are the servers of the ports, the latter two nil
	// where there is no such port.
	api, admin, probes *http.Server

	tasks  sync.WaitGroup // everything that runs until life ends
	office sync.WaitGroup // what the elected replica does: it writes to the last
	life   context.Context
	end    context.CancelCauseFunc
	drain  sync.Once
	idle   chan struct{} // closed when draining is over
	stop   sync.Once
	done   chan struct{} // closed when everything has been stopped
	result error         // why; nil after a Stop that went well
}

// Start starts a replica. When it returns, the replica has read its store and
// answers on its ports; it is ready once it has a snapshot (see Ready). ctx bounds
// the start alone.
func Start(ctx context.Context, options Options) (*Replica, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	ports, err := listen(options)
	if err != nil {
		return nil, err
	}
	r := &Replica{
		options: options, begun: options.Now().UTC(), ports: ports,
		metrics: observe.NewRegistry(options.Version),
		health:  observe.NewHealth("store", "serving"),
		idle:    make(chan struct{}), done: make(chan struct{}),
	}
	for name, files := range ports.certificates {
		r.metrics.WatchCertificate(name, files.Expiry)
	}
	r.life, r.end = context.WithCancelCause(context.Background())
	// Probes are answered from the first moment: to read a large store takes a
	// while, and that is no reason to be killed.
	if ports.metrics != nil {
		r.probes = r.serve(ports.metrics, r.health.Handler(r.metrics))
	}
	if err := r.open(ctx); err != nil {
		r.fail(err)
		r.shutdown(ctx)
		return nil, err
	}
	r.tasks.Go(r.guard)
	return r, nil
}

// open brings up what needs the store.
func (r *Replica) open(ctx context.Context) (err error) {
	o := r.options
	if r.store, err = openStore(ctx, o, r.metrics); err != nil {
		return err
	}
	r.view = view.New(r.store.History())
	r.do = command.New(command.Options{
		Store: timed{r.store, r.metrics}, View: r.view, Log: o.Log, Now: o.Now,
		Observe: r.metrics.Command, Unheard: r.metrics.NoSubscribers,
		Changed: r.changed, Conflict: r.metrics.GrabConflict, Dismissed: r.metrics.AlertDismissed,
	})
	r.presence = presence.New(r.store, o.Name, o.Now, o.Log)
	sights := newSights()
	r.hub = hub.New(hub.Options{
		Store: r.store, View: r.view, Name: o.Name, Log: o.Log, Now: o.Now,
		Sight: sights.add, Connected: r.presence.Connected, Disconnected: r.presence.Disconnected,
		Floor: func(ctx context.Context) (int64, error) { return sink.Floor(ctx, r.store) },
		Count: r.count, QueueFrames: o.QueueFrames, RingEvents: ringEvents,
	})
	r.tasks.Go(func() { r.fail(r.hub.Run(r.life)) })
	if err := r.loaded(ctx); err != nil {
		return err
	}
	r.tasks.Go(func() { r.presence.Run(r.life) })
	r.office.Go(func() { _ = r.store.Elect(r.life, "keeper", o.Name, r.lead) }) // ends with life, which says why
	r.tasks.Go(func() { sights.run(r.life, r.do, o.Log) })
	r.tasks.Go(r.compact)
	r.tasks.Go(r.same)
	r.gate = gate.New(gate.Options{
		View: r.view, Executor: r.do, Metrics: r.metrics, Now: o.Now, Log: o.Log,
		Verifier: auth.NewVerifier(auth.Options{Clock: o.Now, Logger: o.Log, SilentAfter: o.SilentAfter}),
	})
	r.tasks.Go(func() { r.gate.Run(r.life) })
	r.measure()
	r.answer()
	return r.store.Proven()
}

// loaded waits until the view holds what the store held at the start.
func (r *Replica) loaded(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(r.life, func() { cancel(context.Cause(r.life)) })()
	return r.view.WaitFor(ctx, 1)
}

// answer opens the faces.
func (r *Replica) answer() {
	o := r.options
	r.contract = contract.New(contract.Options{
		View: r.view, Hub: r.hub, Executor: r.do, Gate: r.gate, Store: r.store, Metrics: r.metrics, Now: o.Now, Log: o.Log,
	})
	r.public = server.New(server.Options{
		View: r.view, Executor: r.do, Hub: r.hub, Gate: r.gate,
		Metrics: r.metrics, Now: o.Now, Log: o.Log, Version: o.Version, WriteTimeout: o.WriteTimeout,
		Faces: map[string]http.Handler{desk.Path: desk.Handler(desk.Options{Connect: r.gate.SignInOrigins}), contract.Path: r.contract},
	})
	r.api = r.serve(r.ports.api, desk.Front(r.public.Handler()))
	if r.ports.admin != nil {
		r.admin = r.serve(r.ports.admin, server.Admin(server.AdminOptions{
			View: r.view, Executor: r.do, Report: r.Report, Drain: r.Drain,
			Store: r.store, Restored: r.restored, WriteTimeout: o.WriteTimeout,
			Version: o.Version, Now: o.Now, Metrics: r.metrics, Log: o.Log,
		}))
	}
	r.health.Set("store", r.probeStore)
	r.health.Set("serving", func(context.Context) error { return r.hub.Ready() })
}

// compactEvery is a small part of the shortest retention there is (10 minutes).
const compactEvery = 10 * time.Second

// compact gives up history that nobody can resume from any more.
func (r *Replica) compact() {
	tick := time.NewTicker(compactEvery)
	defer tick.Stop()
	for {
		select {
		case <-r.life.Done():
			return
		case <-tick.C:
			if err := r.hub.Compact(r.life); err != nil && r.life.Err() == nil {
				r.options.Log.Warn("could not give up old history, trying again", "error", err)
			}
		}
	}
}

// Addr is where agents and connectors come in.
func (r *Replica) Addr() net.Addr { return r.ports.api.Addr() }

// AdminAddr is where the operator comes in; nil without such a port.
func (r *Replica) AdminAddr() net.Addr { return addr(r.ports.admin) }

// MetricsAddr is where health and metrics are; nil without such a port.
func (r *Replica) MetricsAddr() net.Addr { return addr(r.ports.metrics) }

func addr(l net.Listener) net.Addr {
	if l == nil {
		return nil
	}
	return l.Addr()
}

// Program puts a snapshot into force, without the admin port: it is given the next
// sequence. One that is in force already is taken as it is.
func (r *Replica) Program(ctx context.Context, s snapshot.Snapshot) (*snapshot.Refusal, error) {
	encoded, err := s.Encode()
	if err != nil {
		return nil, err
	}
	wanted := snapshot.Digest(encoded)
	for {
		sequence, digest := int64(0), ""
		if config := r.view.Config(); config != nil {
			sequence, digest = config.Sequence, config.Digest
		}
		if digest == wanted {
			return nil, nil
		}
		refusal, err := r.do.Program(ctx, snapshot.Update{Sequence: sequence + 1, Snapshot: s})
		if refusal == nil || refusal.Reason != snapshot.SequenceConflict || ctx.Err() != nil {
			return refusal, err
		}
	}
}

// Ready says what keeps the replica from serving; nil when nothing does.
func (r *Replica) Ready() error { return r.hub.Ready() }

var errStopped = errors.New("stopped")
