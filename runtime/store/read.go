package store

import (
	"context"
	"errors"
	"fmt"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
)

// Get reads one key as it is now (linearizable: every Commit that was acknowledged before the call is seen).
// KV.Revision is 0 if there is no such key. Errors: ErrClosed, ctx's.
func (s *Store) Get(ctx context.Context, key string) (KV, error) {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return KV{}, err
	}
	defer leave()
	response, err := s.engine.read(ctx, &pb.RangeRequest{Key: s.root.engineKey(key)})
	if err != nil {
		return KV{}, fmt.Errorf("get %q: %w", key, reason(ctx, err))
	}
	kv := KV{Key: key}
	if len(response.Kvs) == 1 {
		kv.Value, kv.Revision = response.Kvs[0].Value, response.Kvs[0].ModRevision
	}
	return kv, nil
}

// Load hands every key under the prefixes to fn, in the order of the prefixes and then of the keys, all as they are at the ONE
// revision that it returns: a Watch from the next revision goes on without gap or overlap. Data of any size is read in
// pieces. An error of fn ends it and is returned. Errors: *CompactedError if a Compact overtakes it (begin again),
// ErrClosed, ctx's.
func (s *Store) Load(ctx context.Context, prefixes []string, fn func(KV) error) (int64, error) {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	revision, err := s.revision(ctx)
	if err != nil {
		return 0, fmt.Errorf("load: %w", err)
	}
	for _, prefix := range prefixes {
		request := &pb.RangeRequest{
			Key:      s.root.engineKey(prefix),
			RangeEnd: s.root.end(prefix),
			Revision: revision,
		}
		err := s.engine.stream(ctx, request, func(kvs []*mvccpb.KeyValue) error {
			for _, kv := range kvs {
				if err := fn(KV{Key: s.root.storeKey(kv.Key), Value: kv.Value, Revision: kv.ModRevision}); err != nil {
					return err
				}
			}
			return nil
		})
		if isCompacted(err) {
			err = s.compacted(ctx)
		}
		if err != nil {
			return 0, fmt.Errorf("load %q at revision %d: %w", prefix, revision, reason(ctx, err))
		}
	}
	return revision, nil
}

// Latest is the revision of the last change: whatever anybody was told to have happened before the call is at it or below. A
// Watch is going to come there, so that who has waited for its Batch has seen all of that, whichever replica did it.
// Errors: ErrClosed, ctx's.
func (s *Store) Latest(ctx context.Context) (int64, error) {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	revision, err := s.revision(ctx)
	if err != nil {
		return 0, fmt.Errorf("find the latest revision: %w", err)
	}
	for seen := s.latest.Load(); seen < revision && !s.latest.CompareAndSwap(seen, revision); seen = s.latest.Load() {
	}
	return revision, nil
}

// revision is the store's latest, linearizable.
func (s *Store) revision(ctx context.Context) (int64, error) {
	response, err := s.engine.read(ctx, &pb.RangeRequest{Key: s.root.engineKey(epochKey), CountOnly: true})
	if err != nil {
		return 0, reason(ctx, err)
	}
	return response.Header.Revision, nil
}

// reason is why a call failed: that its context ended, if it did, whatever the engine made of it.
func reason(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if errors.Is(rpctypes.Error(err), rpctypes.ErrNoSpace) {
		return ErrNoSpace
	}
	return err
}

func isCompacted(err error) bool { return errors.Is(rpctypes.Error(err), rpctypes.ErrCompacted) }
