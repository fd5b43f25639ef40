package store

import (
	"context"
	"fmt"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// Get reads one key as it is now (linearizable: every Commit acknowledged before the call is seen).
// KV.Revision is 0 if there is no such key.
func (s *Store) Get(ctx context.Context, key string) (KV, error) {
	response, err := s.client.Get(ctx, root+key)
	if err != nil {
		return KV{}, fmt.Errorf("get %q: %w", key, s.readError(err))
	}
	kv := KV{Key: key}
	if len(response.Kvs) == 1 {
		kv.Value, kv.Revision = response.Kvs[0].Value, response.Kvs[0].ModRevision
	}
	return kv, nil
}

// Load hands every key under the prefixes to fn, in the order of prefixes and then of keys, all as they are at the ONE
// revision that it returns: a Watch from the next revision goes on without gap or overlap. Data of any size is read in
// pieces. An error of fn ends it. Errors: *CompactedError when a Compact overtakes it (start over), ErrClosed, ctx's.
func (s *Store) Load(ctx context.Context, prefixes []string, fn func(KV) error) (int64, error) {
	now, err := s.client.Get(ctx, root+epochKey, clientv3.WithCountOnly())
	if err != nil {
		return 0, fmt.Errorf("load: %w", s.readError(err))
	}
	revision := now.Header.Revision
	for _, prefix := range prefixes {
		if err := s.loadPrefix(ctx, prefix, revision, fn); err != nil {
			return 0, fmt.Errorf("load %q at revision %d: %w", prefix, revision, err)
		}
	}
	return revision, nil
}

// loadPrefix streams: paging with a limit makes the engine count the whole rest of the range for every page.
func (s *Store) loadPrefix(ctx context.Context, prefix string, revision int64, fn func(KV) error) error {
	ctx, cancel := context.WithCancel(ctx)
	pieces, err := s.client.GetStream(ctx, root+prefix, clientv3.WithPrefix(), clientv3.WithRev(revision))
	if err != nil {
		cancel()
		return s.readError(err)
	}
	defer func() {
		cancel()
		for range pieces { // let its sender end
		}
	}()
	for piece := range pieces {
		if err := piece.Err(); err != nil {
			return s.readError(err)
		}
		for _, kv := range piece.RangeResponse.Kvs {
			if err := fn(KV{Key: string(kv.Key[len(root):]), Value: kv.Value, Revision: kv.ModRevision}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) readError(err error) error {
	if s.life.Err() != nil {
		return ErrClosed
	}
	return err
}
