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
	d.revision = x.View.Revision() // before the document, so that the feed from there misses nothing of it
	at, err := x.find(ctx, id)
	repeats := false // an earlier attempt of this very command may have been carried out
	for range attempts {
		if err != nil {
			return d, err
		}
		if at.doc == nil {
			if at.current {
				return d, unknownRequest(id)
			}
			at, err = x.findCurrent(ctx, id)
			continue
		}
		t, why := x.decide(at, ask, &d)
		outcome = string(d.Outcome)
		switch {
		case d.Repeated:
			d.Repeated = !repeats
			return d, nil
		case why == nil && d.Next != nil:
			result, unsure, err := x.write(ctx, at, t, d)
			if err != nil {
				return d, err
			}
			if result.Committed {
				d.doc, d.revision = d.Next, result.Revision
				x.settle(ctx, result.Revision)
				if d.Successor != nil {
					x.heard(d.Successor.List)
				}
				return d, nil
			}
			repeats = repeats || unsure
			if at, err = x.lost(ctx, id, t, result); err != nil {
				return d, err
			}
		case !at.current:
			d.revision = x.View.Revision()
			at, err = x.findCurrent(ctx, id)
		case why != nil:
			return d, why
		default:
			return d, t.refusal(d)
		}
	}
	return d, refuse(StoreUnavailable, "too many commands on this request at once: repeat it with the same key").retry(time.Second)
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

func (x *Executor) write(ctx context.Context, at found, t *turn, d done) (store.Result, bool, error) {
	txn, err := x.transition(ctx, at, d.Decision)
	if err != nil {
		return store.Result{}, false, err
	}
	txn.Compares = append(txn.Compares, t.fences...)
	txn.Ops = append(txn.Ops, t.extra...)
	return x.commit(ctx, txn, d.Next, at.key)
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
