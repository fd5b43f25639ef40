// Package sink tells a place outside of everything that happens: each transition,
// message and configuration change, as a signed CloudEvent, at least once and in
// order per request (see package record). Transcripts, audit and reporting live
// there; the runtime itself keeps little.
//
// It has no table of events of its own: it tails the store, and how far it has come
// is one key. The store keeps its history for the sink's sake, up to a bound. What
// is behind the bound is given up, and the sink is told so.
package sink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"sync/atomic"
	"time"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/outbound/webhook"
	"github.com/pullmode/operator/runtime/record"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/view"
)

// The defaults of Options.
const (
	DefaultMaxAge      = 24 * time.Hour
	DefaultMaxBytes    = 512 << 20
	DefaultConcurrency = 16
)

// The outcomes that Options.Counted is told.
const (
	Taken    = "taken"
	Retried  = "retried"
	Rejected = "rejected"
	GivenUp  = "givenUp"
)

// Options are what a Sink works with. Store, View and Poster are required.
type Options struct {
	Store  *store.Store
	View   *view.View
	Poster *webhook.Poster
	// Now is the clock; time.Now by default.
	Now func() time.Time
	Log *slog.Logger
	// Counted is told of every attempt to post an event, by the event's type: Taken,
	// Retried, or Rejected for one that the sink does not take and that is skipped;
	// and, with record.TypeGap, of every GivenUp.
	Counted func(kind, outcome string)
	// MaxAge and MaxBytes are how far the sink may be behind before what is behind is
	// given up: by the time of the oldest event, and by the history that the store
	// keeps for it.
	MaxAge   time.Duration
	MaxBytes int64
	// Least and Most bound the wait between two attempts. Default 0.5 s and 1 min.
	Least, Most time.Duration
	// Concurrency is how many events are posted at once, each of another request.
	Concurrency int64
}

// Sink posts events. One of all replicas runs it at a time.
type Sink struct {
	Options
	current atomic.Pointer[stint]
}

// New makes a Sink.
func New(o Options) *Sink {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Counted == nil {
		o.Counted = func(string, string) {}
	}
	if o.MaxAge <= 0 {
		o.MaxAge = DefaultMaxAge
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	if o.Least <= 0 {
		o.Least = 500 * time.Millisecond
	}
	if o.Most <= 0 {
		o.Most = time.Minute
	}
	if o.Concurrency <= 0 {
		o.Concurrency = DefaultConcurrency
	}
	return &Sink{Options: o}
}

// Run posts what happens to the sink of the snapshot in force, whichever that is,
// until ctx ends or the store is closed, and says why. It can be called again then.
func (s *Sink) Run(ctx context.Context) error {
	for {
		err := s.once(ctx)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, store.ErrClosed):
			return err
		case err == nil:
			continue
		}
		s.Log.Warn("posting to the event sink was interrupted, going on", "error", err)
		if err := pause(ctx, time.Second, nil); err != nil {
			return err
		}
	}
}

// Behind is how much history the store keeps for the sink, and how old the oldest
// event is that it has not taken; zero where nothing waits or this replica does not
// run it.
func (s *Sink) Behind() (bytes int64, age time.Duration) {
	if t := s.current.Load(); t != nil {
		bytes, _, age = t.behind()
	}
	return bytes, age
}

// once posts from where the cursor stands until something is different: the sink
// was removed, or what is behind had to be given up.
func (s *Sink) once(ctx context.Context) error {
	if err := s.configured(ctx); err != nil {
		return err
	}
	t, err := s.begin(ctx)
	if err != nil {
		return err
	}
	s.current.Store(t)
	defer s.current.Store(nil)
	return t.end(ctx, t.run(ctx))
}

// webhook is the sink in force; nil for none.
func (s *Sink) webhook() *snapshot.Webhook {
	if config := s.View.Config(); config != nil {
		return config.EventSink
	}
	return nil
}

// configured waits for a sink. Until there is one nothing is remembered: one that
// comes later begins with its own coming.
func (s *Sink) configured(ctx context.Context) error {
	forgotten := false
	for {
		revision := s.View.Revision()
		if s.webhook() != nil {
			return nil
		}
		if s.View.Config() != nil && !forgotten {
			if _, err := s.Store.Commit(ctx, store.Txn{Ops: []store.Op{store.Delete(keyspace.SinkCursor)}}); err != nil {
				return err
			}
			forgotten = true
		}
		if err := s.View.WaitFor(ctx, revision+1); err != nil {
			return err
		}
	}
}

// begin finds the place to go on from.
func (s *Sink) begin(ctx context.Context) (*stint, error) {
	kv, err := s.Store.Get(ctx, keyspace.SinkCursor)
	if err != nil {
		return nil, err
	}
	t := newStint(s, kv.Revision)
	if kv.Revision != 0 {
		if err := json.Unmarshal(kv.Value, &t.saved); err != nil {
			return nil, fmt.Errorf("read %q of revision %d: %w", kv.Key, kv.Revision, err)
		}
	} else {
		// The configuration that brought the sink is the first that it hears of.
		floor, err := s.Store.Floor(ctx)
		if err != nil {
			return nil, err
		}
		if err := t.write(ctx, keyspace.SinkRecord{Revision: max(s.View.ConfigRevision(), floor) - 1}); err != nil {
			return nil, err
		}
	}
	t.start()
	return t, nil
}

// nearlyFull is the part of the store's quota, in percent, from which on a sink
// that is behind does not count: customers go first.
const nearlyFull = 90

// Floor is the revision that the store must not be compacted beyond for the sink's
// sake; 0 for none. Any replica can ask.
func Floor(ctx context.Context, s *store.Store) (int64, error) {
	kv, err := s.Get(ctx, keyspace.SinkCursor)
	if err != nil || kv.Revision == 0 {
		return 0, err
	}
	var cursor keyspace.SinkRecord
	if err := json.Unmarshal(kv.Value, &cursor); err != nil {
		return 0, fmt.Errorf("read %q of revision %d: %w", kv.Key, kv.Revision, err)
	}
	used, quota, err := s.Usage(ctx)
	if err != nil || (quota > 0 && used >= quota/100*nearlyFull) {
		return 0, err
	}
	return cursor.Revision + 1, nil
}

// same says whether two sinks are one.
func same(a, b *snapshot.Webhook) bool { return reflect.DeepEqual(a, b) }

// gap is what a gap of the cursor is in the record.
func gap(g keyspace.SinkGap) record.Data {
	return record.Data{Gap: &record.Gap{From: g.From, To: g.To, Reason: g.Reason}}
}
