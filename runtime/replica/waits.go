package replica

import (
	"context"
	"slices"
	"time"

	"github.com/pullmode/operator/runtime/observe"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// lists names those of the snapshot, and those that have had requests here.
func (r *Replica) lists() []string {
	names := r.view.Lists()
	if config := r.view.Config(); config != nil {
		for i := range config.Lists {
			names = append(names, config.Lists[i].Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

var (
	reasons = []string{
		string(request.ClosedByAgent), string(request.ClosedByCustomer), string(request.ClosedByInactivity),
		string(request.ClosedByForce), string(request.ClosedByTransfer),
	}
	attentions = []string{string(request.Normal), string(request.Soon), string(request.Overdue)}
)

// waits says of each list who waits on it, and who is told.
func (r *Replica) waits(yield func(observe.List)) {
	now, listeners, config := r.options.Now(), r.hub.Listeners(), r.view.Config()
	for _, name := range r.lists() {
		l := observe.List{Name: name, Listeners: listeners[name]}
		unread, unanswered := r.view.Longest(name)
		l.Unread, l.Unanswered = since(now, unread), since(now, unanswered)
		if config != nil {
			if c := config.List(name); c != nil {
				l.SoonAfter, l.OverdueAfter = c.SoonAfter.D(), c.OverdueAfter.D()
				r.metrics.List(name, reasons, attentions)
			}
		}
		yield(l)
	}
}

// since is how long ago something was; 0 if it never was.
func since(now, then time.Time) time.Duration {
	if then.IsZero() {
		return 0
	}
	return max(0, now.Sub(then))
}

// changed counts what became of a request by its last change.
func (r *Replica) changed(d *request.Document) {
	if d.Version == 1 {
		r.metrics.Opened(d.List)
	}
	if d.Last.Raised {
		r.metrics.AlertRaised(d.List)
	}
	if d.Last.From == request.Unread && d.State == request.Active { // the first join
		took := d.Last.At.Sub(d.OpenedAt)
		r.metrics.FirstJoin(d.List, string(r.attention(d.List, took)), took)
	}
	if !d.Open() && d.Last.From != request.Closed { // and not a wrap-up of a closed one
		r.metrics.Closed(d.List, string(d.Reason), d.EverJoined)
	}
}

// attention is what a request of a list needs that nobody has joined for a time.
func (r *Replica) attention(list string, waited time.Duration) request.Bucket {
	l := &snapshot.List{}
	if config := r.view.Config(); config != nil && config.List(list) != nil {
		l = config.List(list)
	}
	return request.BucketOf(waited, l.SoonAfter.D(), l.OverdueAfter.D())
}

// timed measures commits of commands.
type timed struct {
	*store.Store
	metrics *observe.Registry
}

// Commit implements command.Store.
func (t timed) Commit(ctx context.Context, txn store.Txn) (store.Result, error) {
	begun := time.Now()
	defer func() { t.metrics.Commit(time.Since(begun)) }()
	return t.Store.Commit(ctx, txn)
}
