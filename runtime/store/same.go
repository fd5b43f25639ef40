package store

import (
	"context"
	"fmt"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
)

// Same finds out whether an external etcd still holds the store that was opened: an etcd that is emptied, or put back as it
// was earlier, is one to which everything that its clients know is wrong, and it does not tell them. seen is the highest
// revision that the caller has had of the store. The embedded engine is its own process's, and stays the same.
// Errors: ErrReplaced, which no waiting mends; ErrClosed, ctx's, and the engine's, after which nothing is known.
func (s *Store) Same(ctx context.Context, seen int64) error {
	if !s.engine.shared() {
		return nil
	}
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	response, err := s.engine.read(ctx, &pb.RangeRequest{Key: s.root.engineKey(epochKey)})
	switch {
	case err != nil:
		return fmt.Errorf("look whether the store is the same: %w", reason(ctx, err))
	case len(response.Kvs) == 0:
		return fmt.Errorf("%w: it is empty now", ErrReplaced)
	case string(response.Kvs[0].Value) != s.epoch:
		return fmt.Errorf("%w: it has another epoch now", ErrReplaced)
	case response.Header.Revision < seen: // the read is linearizable: no member that lags behind answers it
		return fmt.Errorf("%w: it was at revision %d and is at %d now", ErrReplaced, seen, response.Header.Revision)
	}
	return nil
}
