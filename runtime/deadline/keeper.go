// Package deadline does what time alone brings about, and what follows from a
// changed configuration: it fires the clocks of requests, lets members go who have
// been away for too long or may not be there any more, and empties lists that are
// deleted.
//
// Deadlines are derived from the documents in the view and the thresholds of now,
// so that nothing is lost over a restart and a changed threshold holds for open
// requests at once (C8, C9). One elected replica keeps them; that two do so for a
// moment is harmless, since each command is decided from the document and committed
// with a compare on it.
package deadline

import (
	"context"
	"log/slog"
	"time"

	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/view"
)

// Every is how often the keeper looks: deadlines are seconds at least.
const Every = 200 * time.Millisecond

// enough failures in a look say that it is the store, and not what was to be done:
// then the rest waits for the next look. One alone must not hold up the others.
const enough = 3

// Commander carries out what is due. That something is not due after all is no
// error.
type Commander interface {
	// Fire ends what a clock of a request has run for (T22 to T24, T30, T33).
	Fire(ctx context.Context, request string, clock request.Clock) error
	// Disconnect and Revoke end an agent's membership (T26, L7).
	Disconnect(ctx context.Context, request, agent string) error
	Revoke(ctx context.Context, request, agent string) error
	// ForceClose and Move empty a list that is deleted (L2).
	ForceClose(ctx context.Context, request string) error
	Move(ctx context.Context, request, list string) error
	// StampDraining and ClearDraining note since when a list has been draining.
	StampDraining(ctx context.Context, list string) error
	ClearDraining(ctx context.Context, list string) error
}

// Keeper keeps the deadlines of one replica's view.
type Keeper struct {
	View *view.View
	Do   Commander
	Now  func() time.Time
	Log  *slog.Logger
	// Serving says whether agents can connect here. While they cannot, before the
	// replica has caught up and when it drains, nobody's grace runs. Nil: always.
	Serving func() bool

	// absent says since when members have had no connection, as far as this keeper
	// has seen: after a start everybody has a full grace.
	absent map[string]time.Time
	// judged is what members' access was last judged by.
	judged map[string]judgement
	// failures are those of this look.
	failures int
	// revoked is the revision up to which nobody is a member who may not be.
	revoked int64
}

// Run keeps until ctx ends.
func (k *Keeper) Run(ctx context.Context) {
	k.absent, k.judged, k.revoked = nil, nil, 0
	tick := time.NewTicker(Every)
	defer tick.Stop()
	for {
		k.Look(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Look does everything that is due now. What fails is logged, and due again at the
// next look.
func (k *Keeper) Look(ctx context.Context) {
	config := k.View.Config()
	if config == nil {
		return
	}
	k.failures = 0
	k.fire(ctx, config)
	k.release(ctx, config)
	k.revoke(ctx, config)
	k.drain(ctx, config)
}

// carry runs one command; it says whether it was done.
func (k *Keeper) carry(ctx context.Context, what, id string, do func() error) bool {
	if k.over(ctx) {
		return false
	}
	if err := do(); err != nil {
		if ctx.Err() == nil {
			k.failures++
			k.Log.Warn("could not do what is due, trying again", "what", what, "request", id, "error", err)
		}
		return false
	}
	return true
}

// over says that nothing more is done in this look.
func (k *Keeper) over(ctx context.Context) bool { return k.failures >= enough || ctx.Err() != nil }
