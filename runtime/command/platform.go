package command

import (
	"cmp"
	"context"

	"github.com/oklog/ulid/v2"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// nobody sees rows as they are: without an alert or a wrap-up of their own.
var nobody = inbox.Agent{}

// maxKey bounds an idempotency key, which a request remembers: as for agents.
const maxKey = 128

// CloseBy closes a request for somebody who runs the platform, whoever is in it:
// with the reason FORCE_CLOSED, and that person as the actor. One that is closed
// already is answered with AlreadyClosed, an unknown one with UnknownRequest. key is
// as an agent's: a repeat of the command finds its answer.
func (x *Executor) CloseBy(ctx context.Context, by, id, key string) (protocol.Result, error) {
	return x.byPlatform(ctx, by, id, request.Command{Kind: request.ForceClose, Key: key}, nil)
}

// MoveBy transfers a request to another list for somebody who runs the platform
// (T28). The refusals are UnknownRequest, Gone, and InvalidRequest for a list that is
// not there, is going away, or has the request already.
func (x *Executor) MoveBy(ctx context.Context, by, id, key, list string) (protocol.Result, error) {
	return x.byPlatform(ctx, by, id, request.Command{Kind: request.Transfer, Key: key}, func(t *turn, c *request.Command) error {
		c.Target = request.Target{List: list}
		t.env.Place = x.succession(list)
		switch l := t.config.List(list); {
		case l == nil:
			return refuse(InvalidRequest, "there is no list %q in the snapshot that is served: name a Worklist of this runtime", list)
		case l.Draining:
			return refuse(InvalidRequest, "the list %s has been deleted and takes nothing new: name another one", list)
		default:
			c.Target.Grab = l.Grab()
		}
		return nil
	})
}

func (x *Executor) byPlatform(ctx context.Context, by, id string, c request.Command, fill func(*turn, *request.Command) error) (protocol.Result, error) {
	switch {
	case by == "" || len(by) > MaxIDBytes || !valid(by):
		return protocol.Result{}, refuse(InvalidRequest, "by must name who asks, with 1 to %d bytes of UTF-8", MaxIDBytes)
	case len(c.Key) > maxKey:
		return protocol.Result{}, refuse(InvalidRequest, "the Idempotency-Key must have at most %d characters", maxKey)
	}
	c.Actor = request.Actor{Kind: request.OperatorActor, Name: by}
	c.Key = cmp.Or(c.Key, ulid.Make().String())
	d, err := x.act(ctx, c.Kind, id, func(t *turn) (request.Command, error) {
		c := c
		var why error
		if fill != nil {
			why = fill(t, &c)
		}
		return c, why
	})
	if err != nil {
		return protocol.Result{}, toPlatform(err, id)
	}
	return protocol.Result{
		Outcome: d.Outcome, Repeated: d.Repeated, Request: x.as(nobody).Row(d.doc, x.Now()), Cursor: x.View.Cursor(d.revision),
	}, nil
}

// Describe shows a request and its last messages to somebody who runs the platform.
// A closed one is shown, without messages, for as long as it is kept.
func (x *Executor) Describe(ctx context.Context, id string) (protocol.Conversation, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	cursor := x.View.Cursor(x.View.Revision()) // of before, so that it promises no more than is found
	at, err := x.find(ctx, id)
	if err == nil && at.doc == nil { // another replica may have opened it just now
		at, err = x.findCurrent(ctx, id)
	}
	switch {
	case err != nil:
		return protocol.Conversation{}, err
	case at.doc == nil:
		return protocol.Conversation{}, toPlatform(unknownRequest(id), id)
	}
	messages, err := x.messages(ctx, at.doc)
	if err != nil {
		return protocol.Conversation{}, err
	}
	return protocol.Conversation{Request: x.as(nobody).Row(at.doc, x.Now()), Messages: messages, Cursor: cursor}, nil
}

// toPlatform says why nothing is found to whom nothing is hidden.
func toPlatform(err error, id string) error {
	if reasonOf(err) == UnknownRequest {
		return refuse(UnknownRequest, "there is no request %q: it never was, or has been closed for longer than is kept", id)
	}
	return err
}
