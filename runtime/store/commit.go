package store

import (
	"context"
	"fmt"
)

// Commit applies the transition if its compares hold, and returns once it is durable. Concurrent calls share proposals, and
// with them fsyncs, but not their fate: each has its own compares, its own answer and its own ctx.
//
// When ctx ends, a transition that still waits is taken back; one that is on its way to the disk is waited for, so that even
// then the answer is true (5 s at most, 1 s on an external etcd).
//
// An error that is ErrUnknownOutcome says that it may have happened; any other, that it did not.
func (s *Store) Commit(ctx context.Context, txn Txn) (Result, error) {
	t, err := newTransition(txn)
	if err != nil {
		return Result{}, err
	}
	if ctx.Err() != nil {
		return Result{}, fmt.Errorf("commit: %w", context.Cause(ctx))
	}
	if err := s.committer.submit(t); err != nil {
		return Result{}, err
	}
	select {
	case <-t.done:
	case <-ctx.Done():
		if s.committer.withdraw(t) {
			return Result{}, fmt.Errorf("commit: %w", context.Cause(ctx))
		}
		<-t.done
	}
	return t.result, t.err
}

// transition is one Commit on its way.
type transition struct {
	txn  Txn
	size int

	done   chan struct{} // closed once result and err are set
	result Result
	err    error
}

func (t *transition) settle(result Result, err error) {
	t.result, t.err = result, err
	close(t.done)
}

// newTransition refuses whatever etcd would: there it would be refused together with everything that shares its proposal.
func newTransition(txn Txn) (*transition, error) {
	if len(txn.Ops) > MaxOps || len(txn.Compares) > MaxOps {
		return nil, fmt.Errorf("%w: %d compares and %d ops, at most %d each", ErrInvalid, len(txn.Compares), len(txn.Ops), MaxOps)
	}
	if len(txn.Ops)+len(txn.Compares) == 0 {
		return nil, fmt.Errorf("%w: it compares nothing and writes nothing", ErrInvalid)
	}
	t := &transition{txn: txn, done: make(chan struct{})}
	for _, c := range txn.Compares {
		if c.Key == "" || c.Revision < 0 {
			return nil, fmt.Errorf("%w: compare of key %q with revision %d", ErrInvalid, c.Key, c.Revision)
		}
		t.size += overhead + 2*len(c.Key) // in the compare, and in the read of the loser
	}
	for i, op := range txn.Ops {
		if op.key == "" {
			return nil, fmt.Errorf("%w: a write to an empty key", ErrInvalid)
		}
		for _, other := range txn.Ops[:i] {
			if other.key == op.key {
				return nil, fmt.Errorf("%w: key %q is written twice", ErrInvalid, op.key)
			}
		}
		t.size += overhead + len(op.key) + len(op.value)
	}
	if t.size > MaxTransitionBytes {
		return nil, fmt.Errorf("%w: it has %d", ErrTooLarge, t.size)
	}
	return t, nil
}

// writes reports whether the transition makes the data grow.
func (t *transition) writes() bool {
	for _, op := range t.txn.Ops {
		if !op.remove {
			return true
		}
	}
	return false
}
