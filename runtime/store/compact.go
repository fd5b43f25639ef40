package store

import (
	"context"
	"errors"
	"fmt"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
)

// Compact forgets the history before revision: a Watch can begin at revision or later, and Floor is revision. What the keys
// hold now is not touched. Compacting to what is forgotten already does nothing. It is never done unasked.
func (s *Store) Compact(ctx context.Context, revision int64) error {
	if revision < 2 {
		return nil
	}
	_, err := s.client.Compact(ctx, revision-1)
	if err != nil && !errors.Is(err, rpctypes.ErrCompacted) {
		return fmt.Errorf("compact to revision %d: %w", revision, s.readError(err))
	}
	return nil
}

// Usage reports how many bytes of the quota the data takes. Space that a Compact has freed is used again and not counted.
func (s *Store) Usage(ctx context.Context) (used, quota int64, err error) {
	status, err := s.client.Status(ctx, "")
	if err != nil {
		return 0, 0, fmt.Errorf("read the store's usage: %w", s.readError(err))
	}
	return status.DbSizeInUse, s.quota, nil
}
