package command

import (
	"context"
	"errors"
	"time"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// maxDocument bounds a request by who has been in it and what they noted, so that
// there is always room for it to be closed: a fourth of what one write can carry.
const maxDocument = store.MaxTransitionBytes / 4

// grows are the commands that are refused when a request is that large.
var grows = map[request.Kind]bool{
	request.Join: true, request.Accept: true, request.TransferTo: true, request.Invite: true, request.Decline: true, request.WrapUp: true,
}

// transition is everything that a decision writes, if what it was decided from
// still stands: one Txn for every command, so that no part of it is ever there
// without the others.
func (x *Executor) transition(ctx context.Context, at found, d request.Decision) (store.Txn, error) {
	if grows[d.Next.Last.Kind] && len(encode(d.Next)) > maxDocument {
		return store.Txn{}, refuse(Full, "so many agents have been in this request that nothing more can be noted of them: close it, a new message of the customer opens a new one")
	}
	t := transition{Decision: d, at: at}
	t.Compares = []store.Compare{{Key: at.key, Revision: at.revision}}
	if !d.Next.Open() {
		lease, err := x.leases.get(ctx, retention(x.View.Config(), d.Next.List))
		if err != nil {
			return store.Txn{}, ofStore(err)
		}
		t.lease = lease
	}
	t.document()
	t.alert()
	t.message()
	return t.Txn, nil
}

// wrapUpSlack is how much longer than the time for a wrap-up a closed request is
// kept: for a replica that takes over to apply the default reason.
const wrapUpSlack = 10 * time.Minute

// retention is how long a closed request of a list is kept: at least until nobody is
// asked for a wrap-up of it any more (T33).
func retention(config *snapshot.Index, list string) time.Duration {
	kept := config.Retention.Closed.D()
	if l := config.List(list); l != nil && l.WrapUp != nil {
		return max(kept, l.WrapUp.Timeout.D()+wrapUpSlack)
	}
	return kept
}

// transition is a decision on its way to the store.
type transition struct {
	store.Txn
	request.Decision
	at    found
	lease store.LeaseID
}

func (t *transition) add(ops ...store.Op) { t.Ops = append(t.Ops, ops...) }

// document writes the request. A closed one leaves its slot, to its successor or to
// nobody, and what the customer said goes with the last incarnation (decision 9).
func (t *transition) document() {
	next := t.Next
	if next.Open() {
		t.add(put(t.at.key, next))
		return
	}
	t.add(store.PutLeased(keyspace.Closed(next.ID), encode(next), t.lease))
	switch {
	case t.at.key == keyspace.Closed(next.ID): // it was closed before
	case t.Successor != nil: // T28
		t.add(put(t.at.key, t.Successor))
	default:
		t.add(store.Delete(t.at.key), store.PutLeased(keyspace.LastClosed(next.Channel, next.Customer.ID), encode(next.ID), t.lease)) // T06b
		for _, n := range next.Messages.Numbers() {
			t.add(store.Delete(keyspace.Message(next.MessageThread(), n)))
		}
	}
}

// alert writes that the alert is raised, and that it is over with its request: the
// revision of the key says since when it stands (N1, N4).
func (t *transition) alert() {
	if !t.Next.Open() && t.at.key != keyspace.Closed(t.Next.ID) {
		t.add(store.Delete(keyspace.Alert(t.Next.ID)))
	}
	if !t.Raised {
		return
	}
	of := t.Next
	if t.Successor != nil {
		of = t.Successor
	}
	t.add(put(keyspace.Alert(of.ID), keyspace.AlertRecord{Generation: of.Alert.Generation}))
}

// message keeps the message, drops those that fall out of the window, and sends
// an agent's on its way to the customer.
func (t *transition) message() {
	thread := t.Next.MessageThread()
	if m := t.Message; m != nil {
		t.add(put(keyspace.Message(thread, m.Number), m))
		if m.From.Kind == request.AgentActor {
			t.add(put(keyspace.Sending(thread, m.Number), keyspace.OutboxRecord{
				Channel: t.Next.Channel, Request: t.Next.ID, Thread: thread, Customer: t.Next.Customer, Message: *m,
			}))
		}
	}
	for _, n := range t.Dropped {
		t.add(store.Delete(keyspace.Message(thread, n)))
	}
}

// commit writes a transition. Where the store does not know whether it did, the
// document says so; unsure then tells that an earlier command of the same key may
// be this one.
func (x *Executor) commit(ctx context.Context, txn store.Txn, next *request.Document, slot string) (result store.Result, unsure bool, err error) {
	result, err = x.Store.Commit(ctx, txn)
	if errors.Is(err, store.ErrUnknownOutcome) {
		unsure = true
		if result, err = reread(ctx, x.Store, txn); err == nil {
			err = x.landed(ctx, next, slot, &result)
		}
	}
	if err != nil {
		return result, unsure, ofStore(err)
	}
	return result, unsure, nil
}

// landed finds a write whose outcome was unknown where it belongs. If it is not
// there (any more), the command is decided anew: its key finds what was done.
func (x *Executor) landed(ctx context.Context, next *request.Document, slot string, result *store.Result) error {
	key := slot
	if !next.Open() {
		key = keyspace.Closed(next.ID)
	}
	kv, err := x.Store.Get(ctx, key)
	if err == nil && kv.Revision != 0 && string(kv.Value) == string(encode(next)) {
		result.Committed, result.Revision = true, kv.Revision
	}
	return err
}
