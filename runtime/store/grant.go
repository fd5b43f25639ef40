package store

import (
	"context"
	"fmt"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
)

// Grant takes a lease that nobody renews: the keys put with it vanish by themselves ttl from now, or somewhat later when the
// engine was restarted in between (whole seconds, at least 2). Errors: ErrNoSpace, ErrClosed, ctx's.
func (s *Store) Grant(ctx context.Context, ttl time.Duration) (LeaseID, error) {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	id, _, err := s.grant(ctx, ttl)
	return id, err
}

// grant takes a lease; granted is how long it really lives.
func (s *Store) grant(ctx context.Context, ttl time.Duration) (id LeaseID, granted time.Duration, err error) {
	seconds := max(2, int64(ttl.Round(time.Second)/time.Second))
	response, err := s.engine.leases().LeaseGrant(ctx, &pb.LeaseGrantRequest{TTL: seconds})
	if err != nil {
		return 0, 0, fmt.Errorf("grant a lease: %w", reason(ctx, err))
	}
	return LeaseID(response.ID), time.Duration(response.TTL) * time.Second, nil
}
