package store

import (
	"context"
	"errors"
	"sync"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
)

// committer groups concurrent transitions into proposals. There is no timer in it: what arrives while nothing is on its way
// goes out at once, and what arrives while a proposal is on its way makes up the next one, which goes when that one is
// answered or as soon as it is full.
type committer struct {
	propose func(context.Context, *pb.TxnRequest) (*pb.TxnResponse, error)
	root    root
	timeout time.Duration // when a proposal is given up as ErrUnknownOutcome

	mu        sync.Mutex
	waiting   []*transition // in order of arrival
	claims    claims        // the keys of what is on its way
	inFlight  int           // proposals on their way
	closed    bool
	proposals sync.WaitGroup // the same, to be waited for
}

func newCommitter(propose func(context.Context, *pb.TxnRequest) (*pb.TxnResponse, error), root root, timeout time.Duration) *committer {
	return &committer{propose: propose, root: root, timeout: timeout, claims: claims{}}
}

// submit sends the transition off, or has it wait. A lone one is carried here and now, by its own caller: at one writer every
// change of goroutine shows beside the fsync (20 to 50 microseconds where it has to wake an idle processor).
func (c *committer) submit(t *transition) error {
	group, err := c.enqueue(t)
	switch {
	case len(group) == 1 && group[0] == t:
		c.carry(group)
	case len(group) > 0:
		go c.carry(group)
	}
	return err
}

// enqueue has the transition wait, and returns the group that can go now, if any: the caller must have it carried.
func (c *committer) enqueue(t *transition) ([]*transition, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, ErrClosed
	}
	c.waiting = append(c.waiting, t)
	return c.dispatch(), nil
}

// withdraw takes back a transition that is not on its way yet, and reports whether it was in time.
func (c *committer) withdraw(t *transition) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.waiting {
		if c.waiting[i] == t {
			c.waiting = append(c.waiting[:i], c.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// close refuses what waits and what comes, and returns once nothing is on its way.
func (c *committer) close() {
	c.mu.Lock()
	c.closed = true
	for _, t := range c.waiting {
		t.settle(Result{}, ErrClosed)
	}
	c.waiting = nil
	c.mu.Unlock()
	c.proposals.Wait()
}

// dispatch takes the next group out of those who wait, if one can go; the caller, who holds mu, must have it carried. A second
// proposal before the first is answered is worth it only when it is full: the engine writes them to disk one after the other
// anyway, and a small one takes from the next the company it would have had (16 writers get a tenth more done this way, 256
// a fifth more than with one proposal at a time).
func (c *committer) dispatch() []*transition {
	if c.inFlight > 0 && (c.inFlight == maxInFlight || len(c.waiting) < maxGroup) {
		return nil
	}
	group := c.nextGroup()
	if len(group) > 0 {
		c.inFlight++
		c.proposals.Add(1)
	}
	return group
}

// nextGroup takes from those who wait, in order of arrival, whoever touches no key of anyone on its way or of anyone who
// arrived earlier and waits on: so a key is served in order, and nobody starves. The caller holds mu.
func (c *committer) nextGroup() []*transition {
	var (
		group   []*transition
		bytes   int
		left    = c.waiting[:0]
		skipped = claims{}
	)
	for i, t := range c.waiting {
		if len(group) == maxGroup || len(group) > 0 && bytes+c.weight(t) > maxGroupBytes {
			left = append(left, c.waiting[i:]...)
			break
		}
		if c.claims.conflict(t) || skipped.conflict(t) {
			skipped.add(t)
			left = append(left, t)
			continue
		}
		c.claims.add(t)
		group = append(group, t)
		bytes += c.weight(t)
	}
	clear(c.waiting[len(left):])
	c.waiting = left
	return group
}

// weight is about how many bytes of a proposal are a transition's. The root is in every key, and a compare has its key twice.
func (c *committer) weight(t *transition) int {
	return t.size + len(c.root)*(2*len(t.txn.Compares)+len(t.txn.Ops))
}

// carry brings a group through, answers it, and sends off what waited for it.
func (c *committer) carry(group []*transition) {
	defer c.proposals.Done()
	outcomes := c.decide(group)
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, t := range group {
		t.settle(outcomes[i].result, outcomes[i].err)
	}
	c.answerLosers()
	for _, t := range group {
		c.claims.remove(t)
	}
	c.inFlight--
	for next := c.dispatch(); len(next) > 0; next = c.dispatch() {
		go c.carry(next)
	}
}

type outcome struct {
	result Result
	err    error
}

// decide proposes a group and finds out what became of each. When the engine refuses a proposal because of one of those in
// it, the others must not suffer: they are proposed again, each alone.
func (c *committer) decide(group []*transition) []outcome {
	ctx, cancel := context.WithTimeout(context.Background(), c.timeout)
	defer cancel()
	response, err := c.propose(ctx, proposalOf(c.root, group))
	if err == nil {
		return outcomesOf(group, response)
	}
	err = proposalError(err)
	if len(group) == 1 || errors.Is(err, ErrUnknownOutcome) {
		outcomes := make([]outcome, len(group))
		for i := range outcomes {
			outcomes[i].err = err
		}
		return outcomes
	}
	outcomes := make([]outcome, 0, len(group))
	for _, t := range group {
		if errors.Is(err, ErrNoSpace) && t.writes() {
			outcomes = append(outcomes, outcome{err: err}) // asking again would only raise the alarm again
			continue
		}
		outcomes = append(outcomes, c.decide([]*transition{t})...)
	}
	return outcomes
}

// answerLosers tells those who wait for a key that was just written over what they saw that they have lost, and to whom:
// when a hundred agents grab one request this spares ninety-nine proposals. Revisions of a key only rise, so they could not
// have won any more. The caller holds mu, and the claims of who was just answered still stand.
func (c *committer) answerLosers() {
	left := c.waiting[:0]
	for _, t := range c.waiting {
		if result, lost := c.claims.lost(t); lost {
			t.settle(result, nil)
			continue
		}
		left = append(left, t)
	}
	clear(c.waiting[len(left):])
	c.waiting = left
}
