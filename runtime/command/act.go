package command

import (
	"context"
	"errors"
	"time"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// Join makes an agent a member of a request, and shows them the last messages of
// it (T07, T08, T11 to T13).
func (x *Executor) Join(ctx context.Context, agent inbox.Agent, id, key string) (protocol.Result, error) {
	return x.ofAgent(ctx, request.Join, agent, id, key)
}

// Leave ends an agent's membership (T14 to T17).
func (x *Executor) Leave(ctx context.Context, agent inbox.Agent, id, key string) (protocol.Result, error) {
	return x.ofAgent(ctx, request.Leave, agent, id, key)
}

// Close ends a request, for who may (T18 to T20).
func (x *Executor) Close(ctx context.Context, agent inbox.Agent, id, key string) (protocol.Result, error) {
	return x.ofAgent(ctx, request.Close, agent, id, key)
}

// Expire closes a request whose customer has been silent for too long (T22). That
// it is not due (any more) is no error.
func (x *Executor) Expire(ctx context.Context, id string) error {
	_, _, err := x.act(ctx, request.Expire, id, func(*snapshot.Index, *request.Document) (request.Command, error) {
		return request.Command{Kind: request.Expire, Actor: request.Actor{Kind: request.SystemActor, Name: "auto-close"}}, nil
	})
	return err
}

// EndSession closes the open request of a customer, on the customer's side (T21).
// When none is open there is nothing to do.
func (x *Executor) EndSession(ctx context.Context, channel, customer string) (request.Outcome, error) {
	config, err := x.config()
	if err != nil {
		return "", err
	}
	if config.Channel(channel) == nil {
		return "", refuse(UnknownChannel, "there is no channel %q here: the name of a Channel is meant", channel)
	}
	entry := x.View.Slot(keyspace.Slot(channel, customer))
	if entry == nil {
		return request.AlreadyClosed, nil
	}
	d, _, err := x.act(ctx, request.EndSession, entry.Doc.ID, func(*snapshot.Index, *request.Document) (request.Command, error) {
		return request.Command{Kind: request.EndSession, Actor: request.Actor{Kind: request.CustomerActor, Name: customer}}, nil
	})
	return d.Outcome, err
}

func (x *Executor) ofAgent(ctx context.Context, kind request.Kind, agent inbox.Agent, id, key string) (protocol.Result, error) {
	var box *inbox.Inbox
	d, revision, err := x.act(ctx, kind, id, func(_ *snapshot.Index, doc *request.Document) (request.Command, error) {
		box = x.as(agent)
		if !box.Visible(doc) || (kind == request.Join && !box.MayJoin(doc)) {
			return request.Command{}, unknownRequest(id)
		}
		return request.Command{
			Kind: kind, Actor: request.Actor{Kind: request.AgentActor, Name: agent.Name},
			Key: key, Rights: box.Rights(doc.List),
		}, nil
	})
	if err != nil {
		return protocol.Result{}, err
	}
	result := protocol.Result{
		Outcome: d.Outcome, Repeated: d.Repeated,
		Request: box.Row(d.Next, x.Now()), Cursor: x.View.Cursor(revision),
	}
	if kind == request.Join {
		if result.Messages, err = x.messages(ctx, d.Next); err != nil {
			return protocol.Result{}, err
		}
	}
	return result, nil
}

// act decides a command on a request and commits it. The decision that comes back
// always has the document that was decided to hold as Next, also when nothing
// changed, and revision is where the feed goes on from it.
func (x *Executor) act(ctx context.Context, kind request.Kind, id string, command func(*snapshot.Index, *request.Document) (request.Command, error)) (d request.Decision, revision int64, err error) {
	var outcome string
	defer x.observed(string(kind), &outcome, &err)()
	config, err := x.config()
	if err != nil {
		return d, 0, err
	}
	seen := x.View.Revision() // before the document, so that the feed from there misses nothing of it
	at := slotOf(x.View.Request(id))
	for range attempts {
		if at.doc == nil || at.doc.ID != id {
			// Not open (any more), or its slot has a newer incarnation.
			closed, err := x.closedDocument(ctx, id)
			if err != nil {
				return d, 0, err
			}
			if closed == nil {
				return d, 0, unknownRequest(id)
			}
			at = open{doc: closed}
		}
		c, err := command(config, at.doc)
		if err != nil {
			return d, 0, err
		}
		d = request.Decide(at.doc, c, x.env(config, at.doc.List, at.doc.Channel))
		outcome = string(d.Outcome)
		if d.Next == nil {
			d.Next = at.doc
			return d, seen, refusal(d)
		}
		result, err := x.commit(ctx, at, d.Next)
		if err != nil {
			return d, 0, err
		}
		if result.Committed {
			x.settle(ctx, result.Revision)
			return d, result.Revision, nil
		}
		if at, err = openOf(result.Current[0]); err != nil {
			return d, 0, err
		}
	}
	return d, 0, refuse(StoreUnavailable, "too many commands on this request at once: repeat it with the same key").retry(time.Second)
}

// commit writes the next document, if the one that it follows still stands.
func (x *Executor) commit(ctx context.Context, at open, next *request.Document) (store.Result, error) {
	txn := store.Txn{Compares: []store.Compare{{Key: at.key, Revision: at.revision}}}
	if next.Open() {
		txn.Ops = []store.Op{put(at.key, next)}
	} else {
		config := x.View.Config()
		lease, err := x.leases.get(ctx, config.Retention.Closed.D())
		if err != nil {
			return store.Result{}, ofStore(err)
		}
		txn.Ops = []store.Op{store.PutLeased(keyspace.Closed(next.ID), encode(next), lease), store.Delete(at.key)}
		for _, n := range next.Messages.Numbers() {
			txn.Ops = append(txn.Ops, store.Delete(keyspace.Message(next.ID, n)))
		}
	}
	result, err := x.Store.Commit(ctx, txn)
	if errors.Is(err, store.ErrUnknownOutcome) {
		result, err = reread(ctx, x.Store, txn)
		if err == nil && landed(result.Current[0], next) {
			result.Committed, result.Revision = true, result.Current[0].Revision
		}
	}
	if err != nil {
		return result, ofStore(err)
	}
	return result, nil
}

// landed says whether a write whose outcome was unknown is what the key holds.
func landed(kv store.KV, next *request.Document) bool {
	return kv.Revision != 0 && string(kv.Value) == string(encode(next))
}

// refusal is the error of an outcome that is not what the actor wanted.
func refusal(d request.Decision) error {
	switch d.Outcome {
	case request.Gone:
		return refuse(Gone, "the request is closed and cannot be joined; a new message of the customer opens a new one")
	case request.NotAMember:
		return refuse(NotAMember, "you have not joined this request, so there is nothing to leave")
	case request.Forbidden:
		return refuse(Forbidden, "the list's closePolicy does not let you close this request: join it, or ask an Admin of the list")
	case request.Full:
		return refuse(Full, "the request has %d members, which is as many as it can have", request.MaxMembers)
	}
	return nil
}

func unknownRequest(id string) error {
	return refuse(UnknownRequest, "there is no request %q for you: it may be on a list that is not yours, or closed for longer than is kept", id)
}
