package store

import (
	"context"
	"errors"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
)

// Lease takes a lease and renews it until ctx ends or the store is closed; the keys put with it vanish ttl after that (whole
// seconds, at least 2: the engine's ticks are that coarse). lost is closed when nothing may be built on the lease any more:
// it has run out, or could not be renewed for so long that it may have, or nobody renews it since ctx ended. Who still needs
// one then takes a new one, and puts its keys again.
// Errors: ErrNoSpace, ErrClosed, ctx's.
func (s *Store) Lease(ctx context.Context, ttl time.Duration) (id LeaseID, lost <-chan struct{}, err error) {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return 0, nil, err
	}
	asked := time.Now()
	id, granted, err := s.grant(ctx, ttl)
	if err != nil {
		leave()
		return 0, nil, err
	}
	ended := make(chan struct{})
	go func() {
		defer leave()
		defer close(ended)
		s.renew(ctx, id, asked.Add(granted))
	}()
	return id, ended, nil
}

// renewPause is how soon a renewal that failed is tried again.
const renewPause = 200 * time.Millisecond

// renew keeps a lease alive until ctx ends or it is lost. valid is counted from when a renewal was asked for, which is before
// the engine does: so whoever is told of the loss is told before the keys are gone.
func (s *Store) renew(ctx context.Context, id LeaseID, valid time.Time) {
	pause := time.Until(valid) / 3
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(min(pause, time.Until(valid))):
		}
		asked := time.Now()
		if !asked.Before(valid) {
			return
		}
		ttl, err := s.renewOnce(ctx, id, valid)
		switch {
		case errors.Is(err, ErrLeaseNotFound):
			return
		case err != nil:
			pause = renewPause
		default:
			valid, pause = asked.Add(ttl), ttl/3
		}
	}
}

// renewOnce asks for one renewal, until the deadline at most.
func (s *Store) renewOnce(ctx context.Context, id LeaseID, deadline time.Time) (time.Duration, error) {
	// Well before it: a member that does not answer must leave time to ask another one.
	ctx, cancel := context.WithTimeout(ctx, max(renewPause, time.Until(deadline)/3))
	defer cancel()
	stream, err := s.engine.leases().LeaseKeepAlive(ctx)
	if err != nil {
		return 0, err
	}
	if err := stream.Send(&pb.LeaseKeepAliveRequest{ID: int64(id)}); err != nil {
		return 0, err
	}
	response, err := stream.Recv()
	switch {
	case errors.Is(rpctypes.Error(err), rpctypes.ErrLeaseNotFound), err == nil && response.TTL <= 0:
		return 0, ErrLeaseNotFound
	case err != nil:
		return 0, err
	}
	return time.Duration(response.TTL) * time.Second, nil
}

// revoke gives a lease up, and with it its keys.
func (s *Store) revoke(ctx context.Context, id LeaseID) error {
	_, err := s.engine.leases().LeaseRevoke(ctx, &pb.LeaseRevokeRequest{ID: int64(id)})
	return err
}
