package store

import (
	"context"
	"sync/atomic"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
)

// Propose hands a proposal to the engine.
type Propose func(context.Context, *pb.TxnRequest) (*pb.TxnResponse, error)

// Intercept puts a test between the committer and the engine: it sees every proposal, can hold it, and can lose its answer.
func (s *Store) Intercept(between func(Propose) Propose) {
	s.committer.mu.Lock()
	defer s.committer.mu.Unlock()
	s.committer.propose = between(s.committer.propose)
}

// Submit is Commit up to where it begins to wait, so that a test knows who came before whom.
func (s *Store) Submit(txn Txn) (answer func() (Result, error)) {
	t, err := newTransition(txn)
	if err == nil {
		var group []*transition
		if group, err = s.committer.enqueue(t); len(group) > 0 {
			go s.committer.carry(group)
		}
	}
	return func() (Result, error) {
		if err != nil {
			return Result{}, err
		}
		<-t.done
		return t.result, t.err
	}
}

// Patiently has an engine that is slow be waited for: no outcome is unknown because the machine is busy. Nobody else may be
// using the store yet.
func (s *Store) Patiently() { s.committer.timeout = 5 * time.Minute }

// Waiting is how many transitions wait for those on their way.
func (s *Store) Waiting() int {
	s.committer.mu.Lock()
	defer s.committer.mu.Unlock()
	return len(s.committer.waiting)
}

// What the tests need to know of the inside.
const (
	MaxGroup    = maxGroup
	MaxInFlight = maxInFlight
	SchemaKey   = schemaKey
)

// RevokeLeaseOf takes away the lease that a key hangs on.
func (s *Store) RevokeLeaseOf(ctx context.Context, key string) error {
	response, err := s.engine.read(ctx, &pb.RangeRequest{Key: s.root.engineKey(key)})
	if err != nil {
		return err
	}
	return s.revoke(ctx, LeaseID(response.Kvs[0].Lease))
}

// Reads counts the reads of the engine from now on. Nobody else may be using the store yet.
func (s *Store) Reads() *atomic.Int64 {
	counting := &readCounter{engine: s.engine}
	s.engine = counting
	return &counting.n
}

type readCounter struct {
	engine
	n atomic.Int64
}

func (c *readCounter) read(ctx context.Context, request *pb.RangeRequest) (*pb.RangeResponse, error) {
	c.n.Add(1)
	return c.engine.read(ctx, request)
}

// Free has the volume seem to have so many bytes free, until restore is called.
func Free(bytes int64) (restore func()) {
	real := freeBytes
	freeBytes = func(string) (int64, error) { return bytes, nil }
	return func() { freeBytes = real }
}
