package store

import (
	"context"
	"fmt"
	"time"
)

// Grant takes a lease that nobody renews: the keys put with it vanish by themselves ttl from now, or somewhat later when the
// engine was restarted in between (whole seconds, at least 2). Errors: ErrNoSpace, ErrClosed, ctx's.
func (s *Store) Grant(ctx context.Context, ttl time.Duration) (LeaseID, error) {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	grant, err := s.engine.client.Grant(ctx, max(2, int64(ttl.Round(time.Second)/time.Second)))
	if err != nil {
		return 0, fmt.Errorf("grant a lease: %w", reason(ctx, err))
	}
	return LeaseID(grant.ID), nil
}
