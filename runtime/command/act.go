package command

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// turn is one attempt at a command: what it is decided from, and what is written
// with it beside the request.
type turn struct {
	config *snapshot.Index
	doc    *request.Document
	env    request.Env
	// fences are compared, and extra is written, with the decision.
	fences []store.Compare
	extra  []store.Op
}

// ask makes the command from the request as it stands, and says why it must not be
// carried out. What was carried out before is answered all the same.
type ask func(*turn) (request.Command, error)

// done is a command that has been carried out, or had nothing to do.
type done struct {
	request.Decision
	// doc is the request as it is now.
	doc     *request.Document
	command request.Command
	// revision is where the feed goes on from doc.
	revision int64
}

// act decides a command on a request and commits it. A lost race is decided anew.
// That nothing can or need be done is answered from a request that is up to date,
// and not from a view that may be behind what other replicas have done.
func (x *Executor) act(ctx context.Context, kind request.Kind, id string, ask ask) (d done, err error) {
	var outcome string
	defer x.observed(string(kind), &outcome, &err)()
	ctx, cancel := bounded(ctx)
	defer cancel()
	if _, err := x.config(); err != nil {
		return d, err
	}
	a := attempt{x: x, id: id, ask: ask}
	defer func() { a.leave() }()
	d.revision = x.View.Revision() // before the document, so that the feed from there misses nothing of it
	if a.at, err = x.find(ctx, id); err != nil {
		return d, err
	}
	for range attempts {
		over, err := a.run(ctx, &d)
		outcome = string(d.Outcome)
		if d.Outcome == request.Grabbed && over {
			x.Conflict(d.doc.List)
		}
		if over || err != nil {
			return d, err
		}
	}
	return d, refuse(StoreUnavailable, "too many commands on this request at once: repeat it with the same key").retry(time.Second)
}

// attempt is a command that is decided until nobody else is faster.
type attempt struct {
	x   *Executor
	id  string
	ask ask
	at  found
	// out leaves the queue of those who write the request; nil while not in it.
	out func()
	// repeats says that an earlier attempt may have been carried out.
	repeats bool
}

func (a *attempt) leave() {
	if a.out != nil {
		a.out()
		a.out = nil
	}
}

// run decides the command from what was found last; over says that d is the answer.
func (a *attempt) run(ctx context.Context, d *done) (over bool, err error) {
	if a.at.doc == nil {
		if a.at.current {
			return true, unknownRequest(a.id)
		}
		a.at, err = a.x.findCurrent(ctx, a.id)
		return false, err
	}
	t, why := a.x.decide(a.at, a.ask, d)
	switch {
	case d.Repeated:
		// Whatever has become of the request since, and by whomever it is seen.
		d.Repeated, why = !a.repeats, nil
	case why == nil && d.Next != nil:
		return a.write(ctx, t, d)
	case !a.at.current:
		a.leave() // nothing is going to be written, as it seems
		d.revision = a.x.View.Revision()
		a.at, err = a.x.findCurrent(ctx, a.id)
		return false, err
	case why == nil:
		why = t.refusal(*d)
	}
	a.x.settle(ctx, a.at.revision)
	return true, why
}

// write commits the decision in d, when it is this command's turn to write the
// request.
func (a *attempt) write(ctx context.Context, t *turn, d *done) (over bool, err error) {
	if a.out == nil {
		out, waited, err := a.x.queues.enter(ctx, a.id)
		if err != nil {
			return false, err
		}
		a.out = out
		if waited { // it has changed meanwhile
			a.at, err = a.x.find(ctx, a.id)
			return false, err
		}
	}
	txn, err := a.x.transition(ctx, a.at, d.Decision)
	if err != nil {
		return false, err
	}
	txn.Compares, txn.Ops = append(txn.Compares, t.fences...), append(txn.Ops, t.extra...)
	result, unsure, err := a.x.commit(ctx, txn, d.Next, a.at.key)
	if err != nil {
		return false, err
	}
	if result.Committed {
		d.doc, d.revision = d.Next, result.Revision
		a.x.settle(ctx, result.Revision)
		a.x.Changed(d.Next)
		if d.Successor != nil {
			a.x.Changed(d.Successor)
			a.x.heard(d.Successor.List)
		}
		return true, nil
	}
	a.repeats = a.repeats || unsure
	a.at, err = a.x.lost(ctx, a.id, t, result)
	return false, err
}

// decide lets the rules decide a command from what was found.
func (x *Executor) decide(at found, ask ask, d *done) (*turn, error) {
	config := x.View.Config()
	t := &turn{config: config, doc: at.doc, env: x.env(config, at.doc.List, at.doc.Channel)}
	c, why := ask(t)
	d.command, d.doc = c, at.doc
	d.Decision = request.Decide(at.doc, c, t.env)
	return t, why
}

// lost finds the request again after somebody else was faster. What a fence stands
// for is counted in the view, which therefore has to show it first.
func (x *Executor) lost(ctx context.Context, id string, t *turn, result store.Result) (found, error) {
	if len(t.fences) > 0 {
		moved := slices.MaxFunc(result.Current, func(a, b store.KV) int { return int(a.Revision - b.Revision) })
		if err := x.View.WaitFor(ctx, moved.Revision); err != nil {
			return found{}, ofStore(err)
		}
	}
	return x.findAfter(ctx, id, result.Current[0])
}

// unneeded takes what is no error for who asks on the system's behalf: there is
// nothing to do (any more).
func unneeded(err error) error {
	var refused *Error
	if errors.As(err, &refused) && (refused.Reason == UnknownRequest || refused.Reason == Gone) {
		return nil
	}
	return err
}
