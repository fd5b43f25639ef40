package store

import (
	"context"
	"fmt"
)

// Usage reports how many bytes of the quota the data takes. What a Compact has freed is used again, so it is not counted.
// Errors: ErrClosed, ctx's.
func (s *Store) Usage(ctx context.Context) (used, quota int64, err error) {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer leave()
	used, quota, err = s.engine.usage(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("read the store's usage: %w", reason(ctx, err))
	}
	return used, quota, nil
}
