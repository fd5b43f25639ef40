// Package deadline fires what time alone brings about. It derives deadlines from
// the documents in the view, so that nothing is lost over a restart and a changed
// threshold holds for open requests at once (C8, C9). That two replicas may fire
// the same one is harmless: the commit lets one of them.
package deadline

import (
	"context"
	"log/slog"
	"time"

	"github.com/pullmode/operator/runtime/view"
)

// Every is how often deadlines are looked at: they are hours, so a second late is
// on time.
const Every = time.Second

// Expirer closes a request whose customer has been silent for too long.
type Expirer interface {
	Expire(ctx context.Context, request string) error
}

// Keeper watches the deadlines of one replica's view.
type Keeper struct {
	View    *view.View
	Expirer Expirer
	Now     func() time.Time
	Log     *slog.Logger
}

// Run fires deadlines until ctx ends.
func (k *Keeper) Run(ctx context.Context) {
	tick := time.NewTicker(Every)
	defer tick.Stop()
	for {
		k.Fire(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Fire closes everything that is due now, in the order of the deadlines (C8). It
// stops at the first failure; the next call goes on there.
func (k *Keeper) Fire(ctx context.Context) {
	for ctx.Err() == nil {
		id := k.next()
		if id == "" {
			return
		}
		if err := k.Expirer.Expire(ctx, id); err != nil {
			k.Log.Warn("could not close a request that is due", "request", id, "error", err)
			return
		}
		if entry := k.View.Request(id); entry != nil && id == k.next() {
			return // it answered that it is not due: this clock is ahead of that one
		}
	}
}

// next is the request with the earliest deadline that has passed; empty when there
// is none.
func (k *Keeper) next() (id string) {
	config := k.View.Config()
	if config == nil {
		return ""
	}
	var earliest time.Time
	now := k.Now()
	for _, name := range k.View.Lists() {
		list := config.List(name)
		if list == nil {
			continue
		}
		candidate, since := k.View.Silent(name)
		if candidate == "" {
			continue
		}
		// More than autoCloseAfter: exactly that long is still open (C6).
		due := since.Add(list.AutoCloseAfter.D())
		if due.Before(now) && (id == "" || due.Before(earliest)) {
			id, earliest = candidate, due
		}
	}
	return id
}
