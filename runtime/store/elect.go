package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

const (
	// elections is where the keys of those who are elected are.
	elections = "elections/"

	// electionTTL is how long nobody leads after a replica was killed, at most. One that stops as it should is followed at once.
	electionTTL = 10 * time.Second

	// electionPause is between a term that ended early, or a failure, and the next attempt.
	electionPause = 500 * time.Millisecond
)

// Elect has one replica at a time run lead, among all who call Elect with the same name on the same data: the one who holds
// the key elections/<name>, which has the identity as its value and hangs on a lease that is renewed. Embedded there is
// nobody else, and lead runs at once.
//
// The context of lead ends when leadership is lost, or when ctx ends; lead must return soon then, and Elect waits for it. It
// ends before anybody else can be elected. What lead has on its way at that moment may still arrive, so it writes with
// compares, as everybody does. When lead returns by itself, leadership is given up, and sought again after a pause.
//
// Elect seeks leadership again and again until ctx ends or the store is closed; it returns why, never nil.
func (s *Store) Elect(ctx context.Context, name, identity string, lead func(context.Context)) error {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	for {
		if err := s.campaign(ctx, elections+name, identity, lead); err != nil && ctx.Err() == nil {
			s.logger.Warn("the election of one replica is interrupted, trying again", "election", name, "error", err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("elect: %w", context.Cause(ctx))
		case <-time.After(electionPause):
		}
	}
}

// campaign waits until nobody leads, and tries to be the one who does.
func (s *Store) campaign(ctx context.Context, key, identity string, lead func(context.Context)) error {
	for {
		now, err := s.Get(ctx, key)
		if err != nil {
			return err
		}
		if now.Revision == 0 {
			break
		}
		if err := s.untilChanged(ctx, key, now.Revision); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lease, lost, err := s.Lease(ctx, electionTTL)
	if err != nil {
		return err
	}
	defer s.resign(ctx, lease)
	revision, err := s.win(ctx, key, identity, lease)
	if err != nil || revision == 0 {
		return err
	}
	s.serve(ctx, key, revision, lost, lead)
	return nil
}

// win puts the key, if there is none; it returns its revision, or 0 for who came too late.
func (s *Store) win(ctx context.Context, key, identity string, lease LeaseID) (int64, error) {
	value := fmt.Sprintf("%s %x", identity, lease) // no two terms have the same
	for {
		result, err := s.Commit(ctx, Txn{
			Compares: []Compare{{Key: key}},
			Ops:      []Op{PutLeased(key, []byte(value), lease)},
		})
		switch {
		case errors.Is(err, ErrUnknownOutcome) && ctx.Err() == nil:
			continue // with the same compare; if it has happened, the value says so
		case err != nil:
			return 0, err
		case result.Committed:
			return result.Revision, nil
		case string(result.Current[0].Value) == value:
			return result.Current[0].Revision, nil
		}
		return 0, nil
	}
}

// serve runs lead for as long as the lease and the key stand.
func (s *Store) serve(ctx context.Context, key string, revision int64, lost <-chan struct{}, lead func(context.Context)) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		if s.untilChanged(ctx, key, revision) == nil {
			cancel(errDeposed)
		}
	}()
	over := make(chan struct{})
	go func() {
		defer close(over)
		select {
		case <-lost:
			cancel(errDeposed)
		case <-ctx.Done():
		}
	}()
	lead(ctx)
	cancel(nil)
	<-gone
	<-over
}

// errDeposed is why the context of a leader ended that goes on as a replica.
var errDeposed = errors.New("another replica is elected")

// resign has the next one elected at once. It is tried once: otherwise the lease runs out.
func (s *Store) resign(ctx context.Context, lease LeaseID) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.committer.timeout)
	defer cancel()
	if err := s.revoke(ctx, lease); err != nil {
		s.logger.Debug("could not revoke a lease that is not needed any more; it runs out", "error", err)
	}
}

// untilChanged returns when the key is not any more as it was at the revision.
func (s *Store) untilChanged(ctx context.Context, key string, revision int64) error {
	for {
		err := s.aChange(ctx, key, revision)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case !errors.Is(err, errInterrupted) && !passing(err):
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(attemptPause):
		}
	}
}

var errInterrupted = errors.New("the watch of a key ended")

// aChange waits until the key is not any more as it was at the revision, or for the end of the watch. It does not watch from
// that revision: an office may be held for longer than the history is kept.
func (s *Store) aChange(ctx context.Context, key string, revision int64) error {
	now, err := s.revision(ctx)
	if err != nil {
		return err
	}
	kv, err := s.Get(ctx, key)
	if err != nil || kv.Revision != revision {
		return err
	}
	ctx, cancel := context.WithCancel(clientv3.WithRequireLeader(ctx))
	defer cancel()
	for change := range s.engine.watcher().Watch(ctx, string(s.root.engineKey(key)), clientv3.WithRev(now+1)) {
		if change.Err() == nil && len(change.Events) > 0 {
			return nil
		}
	}
	return errInterrupted
}
