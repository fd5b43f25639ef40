package deadline

import (
	"context"
	"time"

	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/view"
)

// due is a clock that has run out.
type due struct {
	id    string
	clock request.Clock
	at    time.Time
}

// fire ends what has run out, in the order of the deadlines (C8).
func (k *Keeper) fire(ctx context.Context, config *snapshot.Index) {
	// A clock that stays though it was fired waits for the next look: this
	// replica's clock is ahead of the document's, or its store does not answer.
	// So do those of a scope of which one cannot be fired: the others go on.
	stuck := map[view.ClockScope]bool{}
	for !k.over(ctx) {
		next, scope, found := k.next(config, stuck)
		if !found {
			return
		}
		if !k.carry(ctx, string(next.clock.Kind), next.id, func() error { return k.Do.Fire(ctx, next.id, next.clock) }) {
			stuck[scope] = true
			continue
		}
		if id, clock, ok := k.View.Earliest(scope.Kind, scope.Scope); ok && id == next.id && clock == next.clock {
			stuck[scope] = true
		}
	}
}

// next is the earliest deadline that has passed.
func (k *Keeper) next(config *snapshot.Index, without map[view.ClockScope]bool) (first due, at view.ClockScope, found bool) {
	now := k.Now()
	for _, scope := range k.View.ClockScopes() {
		after, runs := threshold(config, scope)
		if without[scope] || !runs {
			continue
		}
		id, clock, ok := k.View.Earliest(scope.Kind, scope.Scope)
		if !ok {
			continue
		}
		// More than the threshold: exactly that long is not over (C6).
		deadline := clock.Start.Add(after)
		if deadline.Before(now) && (!found || deadline.Before(first.at)) {
			first, at, found = due{id: id, clock: clock, at: deadline}, scope, true
		}
	}
	return first, at, found
}

// threshold is how long a clock runs by the configuration of now; runs is false
// where it runs for ever.
func threshold(config *snapshot.Index, scope view.ClockScope) (after time.Duration, runs bool) {
	switch scope.Kind {
	case request.Lapse:
		return config.OfferTimeout(), true
	case request.CustomerTimeout:
		if c := config.Channel(scope.Scope); c != nil {
			after = c.CustomerActivityTimeout.D()
		}
		return after, after > 0
	case request.WrapUpTimeout:
		if l := config.List(scope.Scope); l != nil && l.WrapUp != nil {
			after = l.WrapUp.Timeout.D()
		}
		return after, true // a list that asks no more waits no longer
	}
	l := config.List(scope.Scope)
	switch {
	case l == nil:
		return 0, false
	case scope.Kind == request.ResponseTimeout:
		after = l.ResponseTime.D()
	default:
		after = l.AutoCloseAfter.D()
	}
	return after, after > 0
}
