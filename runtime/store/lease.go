package store

import (
	"context"
	"fmt"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// Lease takes a lease and renews it until ctx ends or the store is closed; keys put with it vanish ttl later (whole seconds,
// at least 2: the engine's ticks are that coarse).
func (s *Store) Lease(ctx context.Context, ttl time.Duration) (LeaseID, error) {
	grant, err := s.client.Grant(ctx, max(2, int64(ttl.Round(time.Second)/time.Second)))
	if err != nil {
		return 0, fmt.Errorf("take a lease: %w", s.readError(err))
	}
	renewals, err := s.client.KeepAlive(ctx, clientv3.LeaseID(grant.ID))
	if err != nil {
		return 0, fmt.Errorf("renew the lease: %w", s.readError(err))
	}
	go func() {
		for range renewals { // must be read; ends with ctx or the client
		}
	}()
	return LeaseID(grant.ID), nil
}
