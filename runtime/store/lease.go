package store

import (
	"context"
	"fmt"
	"time"
)

// Lease takes a lease and renews it until ctx ends or the store is closed; the keys put with it vanish ttl after that (whole
// seconds, at least 2: the engine's ticks are that coarse). Errors: ErrNoSpace, ErrClosed, ctx's.
func (s *Store) Lease(ctx context.Context, ttl time.Duration) (LeaseID, error) {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return 0, err
	}
	grant, err := s.engine.client.Grant(ctx, max(2, int64(ttl.Round(time.Second)/time.Second)))
	if err != nil {
		defer leave()
		return 0, fmt.Errorf("take a lease: %w", reason(ctx, err))
	}
	renewals, err := s.engine.client.KeepAlive(ctx, grant.ID)
	if err != nil {
		defer leave()
		return 0, fmt.Errorf("renew the lease: %w", reason(ctx, err))
	}
	go func() {
		defer leave()
		for range renewals { // to be read; it ends with ctx
		}
	}()
	return LeaseID(grant.ID), nil
}
