package store

import (
	"context"
	"fmt"
	"sort"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
)

// Compact forgets the history before revision, which becomes the Floor. What the keys hold now is not touched. It does
// nothing if that much is forgotten already, and it is never done unasked. On a full store (ErrNoSpace) it also makes the
// freed room usable, which takes a while; of an external etcd that is left to its owner, and others who compact it raise the
// Floor, too. Several replicas may each do it.
// Errors: a revision that is more than one ahead of the latest, ErrClosed, ctx's.
func (s *Store) Compact(ctx context.Context, revision int64) error {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if revision <= 2 {
		return nil
	}
	// etcd keeps of the revision that it compacts to only what is still current, so it is told the one before.
	if err := s.engine.compact(ctx, revision-1); err != nil {
		return fmt.Errorf("compact to revision %d: %w", revision, reason(ctx, err))
	}
	return nil
}

// Floor is the lowest revision from which a Watch can begin. Errors: ErrClosed, ctx's.
func (s *Store) Floor(ctx context.Context) (int64, error) {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	floor, err := s.floor(ctx)
	if err != nil {
		return 0, fmt.Errorf("find the floor: %w", err)
	}
	return floor, nil
}

// floor searches, because etcd tells how far it was compacted only to a watch that begins too low. Some thirty reads of its
// index in memory.
func (s *Store) floor(ctx context.Context) (int64, error) {
	latest, err := s.revision(ctx)
	if err != nil {
		return 0, err
	}
	before := sort.Search(int(latest), func(revision int) bool {
		if err != nil {
			return true
		}
		var kept bool
		kept, err = s.keeps(ctx, int64(revision))
		return kept
	})
	if err != nil {
		return 0, err
	}
	return max(2, int64(before)+1), nil
}

// compacted is the error for who asked for too old a history.
func (s *Store) compacted(ctx context.Context) error {
	floor, err := s.floor(ctx)
	if err != nil {
		return err
	}
	return &CompactedError{Floor: floor}
}

// keeps reports whether the state at the revision can be read, which is so exactly if all that came after it is kept.
func (s *Store) keeps(ctx context.Context, revision int64) (bool, error) {
	if revision < 1 {
		return false, nil // 0 would ask for the latest
	}
	_, err := s.engine.read(ctx, &pb.RangeRequest{Key: s.root.engineKey(epochKey), Revision: revision, CountOnly: true, Serializable: !s.engine.shared()})
	switch engine := rpctypes.Error(err); engine {
	case nil, rpctypes.ErrFutureRev:
		return true, nil
	case rpctypes.ErrCompacted:
		return false, nil
	default:
		return false, reason(ctx, engine)
	}
}
