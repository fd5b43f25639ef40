package outbound

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/outbound/webhook"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// The defaults of Options.
const (
	DefaultGiveUpAfter = 15 * time.Minute
	DefaultConcurrency = 64
	DefaultPerChannel  = 16
)

// The outcomes that Options.Attempted is told.
const (
	Delivered = "delivered"
	Retried   = "retried"
	Failed    = "failed"
)

// Options are what a Pump works with. Store, Poster, Config and Failed are
// required.
type Options struct {
	Store  *store.Store
	Poster *webhook.Poster
	// Config is the snapshot in force; nil while there is none.
	Config func() *snapshot.Index
	// Failed notes on a request that a message of it did not reach the customer,
	// and why, in words for the members. It is repeated until it gives no error, so
	// for a request that is gone or a message that is noted already it gives none.
	Failed func(ctx context.Context, request, thread string, number int64, why string) error
	// Now is the clock; time.Now by default.
	Now func() time.Time
	Log *slog.Logger
	// Attempted is told of every attempt: Delivered, Retried or Failed.
	Attempted func(channel, outcome string, took time.Duration)
	// GiveUpAfter is how long after it was written a message is tried for.
	GiveUpAfter time.Duration
	// Least and Most bound the wait between two attempts. Default 0.5 s and 30 s.
	Least, Most time.Duration
	// Concurrency is how many messages are on their way at once, PerChannel how many
	// of one channel: a receiver that does not answer holds up nobody else's.
	Concurrency, PerChannel int64
}

// Pump empties the outbox. One of all replicas runs it at a time; that two do for
// a moment makes duplicates and loses nothing.
type Pump struct{ Options }

// New makes a Pump.
func New(o Options) *Pump {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Attempted == nil {
		o.Attempted = func(string, string, time.Duration) {}
	}
	if o.GiveUpAfter <= 0 {
		o.GiveUpAfter = DefaultGiveUpAfter
	}
	if o.Least <= 0 {
		o.Least = 500 * time.Millisecond
	}
	if o.Most <= 0 {
		o.Most = 30 * time.Second
	}
	if o.Concurrency <= 0 {
		o.Concurrency = DefaultConcurrency
	}
	if o.PerChannel <= 0 {
		o.PerChannel = DefaultPerChannel
	}
	return &Pump{o}
}

// Run empties the outbox until ctx ends or the store is closed, and says why. It
// can be called again then.
func (p *Pump) Run(ctx context.Context) error {
	const pause = 100 * time.Millisecond
	ctx, cancel := context.WithCancel(ctx)
	lines := newLines(p, ctx)
	defer lines.wait()
	defer cancel()
	for {
		err := p.follow(ctx, lines)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, store.ErrClosed):
			return err
		}
		p.Log.Warn("the watch of the outbox ended, reading it anew", "error", err)
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// follow takes in what is in the outbox and what comes.
func (p *Pump) follow(ctx context.Context, lines *lines) error {
	there := map[string]bool{}
	revision, err := p.Store.Load(ctx, []string{keyspace.Outbox}, func(kv store.KV) error {
		there[kv.Key] = true
		return p.take(lines, kv)
	})
	if err != nil {
		return err
	}
	lines.retain(there)
	return p.Store.Watch(ctx, revision+1, func(b store.Batch) error {
		for _, e := range b.Events {
			switch {
			case !strings.HasPrefix(e.Key, keyspace.Outbox):
			case e.Deleted:
				lines.drop(e.Key)
			default:
				if err := p.take(lines, store.KV{Key: e.Key, Value: e.Value, Revision: e.Revision}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (p *Pump) take(lines *lines, kv store.KV) error {
	i, err := newItem(kv)
	if err != nil {
		return err
	}
	lines.add(i)
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
