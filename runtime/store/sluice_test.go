package store_test

import (
	"context"
	"testing"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"

	"github.com/pullmode/operator/runtime/store"
)

// sluice stands between the committer and the real engine. Each proposal stops at it until the test decides its fate, so
// that a test knows what shares a proposal with what.
type sluice struct {
	arrived chan *stopped
	opened  chan struct{}
}

// stopped is a proposal at the sluice.
type stopped struct {
	proposal *pb.TxnRequest
	fate     chan fate
}

// fate is what becomes of a proposal and its answer.
type fate func(store.Propose, context.Context, *pb.TxnRequest) (*pb.TxnResponse, error)

func pass(propose store.Propose, ctx context.Context, proposal *pb.TxnRequest) (*pb.TxnResponse, error) {
	return propose(ctx, proposal)
}

func newSluice(s *store.Store) *sluice {
	l := &sluice{arrived: make(chan *stopped, 1000), opened: make(chan struct{})}
	s.Intercept(func(propose store.Propose) store.Propose {
		return func(ctx context.Context, proposal *pb.TxnRequest) (*pb.TxnResponse, error) {
			here := &stopped{proposal, make(chan fate)}
			l.arrived <- here
			select {
			case fate := <-here.fate:
				return fate(propose, ctx, proposal)
			case <-l.opened:
				return propose(ctx, proposal)
			}
		}
	})
	return l
}

// open lets through who stands there and everything that comes.
func (l *sluice) open() { close(l.opened) }

// size is how many transitions the proposal carries.
func (p *stopped) size() int {
	if len(p.proposal.Success) > 0 && p.proposal.Success[0].GetRequestTxn() != nil {
		return len(p.proposal.Success)
	}
	return 1
}

// first sends off one transition and stops it at the sluice, so that what is submitted next waits for it (until there is
// enough of it for a full proposal).
func (l *sluice) first(t *testing.T, s *store.Store) (*stopped, answer) {
	t.Helper()
	answer := s.Submit(write("first", 0))
	return <-l.arrived, answer // at once: nothing waits while nothing is on its way
}

// answer waits for the answer to a transition.
type answer func() (store.Result, error)

// write puts "new" at the key, over the revision.
func write(key string, over int64) store.Txn {
	return store.Txn{Compares: []store.Compare{{Key: key, Revision: over}}, Ops: []store.Op{store.Put(key, []byte("new"))}}
}

// committed waits for the transitions, all of which must win, and returns their revisions.
func committed(t *testing.T, answers ...answer) (revisions []int64) {
	t.Helper()
	for i, answer := range answers {
		result, err := answer()
		if err != nil || !result.Committed {
			t.Errorf("transition %d: %+v, %v", i, result, err)
		}
		revisions = append(revisions, result.Revision)
	}
	return revisions
}
