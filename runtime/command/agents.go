package command

import (
	"cmp"
	"context"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// order is what an agent wants done with a request.
type order struct {
	kind  request.Kind
	agent inbox.Agent
	id    string
	key   string
	// visible says whether the request exists for the agent; where it is nil, it
	// does if the inbox shows it.
	visible func(*inbox.Inbox, *request.Document) bool
	// fill completes the command, and says why it must not be carried out.
	fill func(*turn, *inbox.Inbox, *request.Command) error
}

// carryOut carries an agent's order out.
//
// One without a key gets one of its own: when the store does not know whether a
// command was carried out, the document does, by its key.
func (x *Executor) carryOut(ctx context.Context, o order) (protocol.Result, error) {
	o.key = cmp.Or(o.key, ulid.Make().String())
	d, err := x.act(ctx, o.kind, o.id, func(t *turn) (request.Command, error) {
		box := x.as(o.agent)
		c := request.Command{
			Kind: o.kind, Actor: request.Actor{Kind: request.AgentActor, Name: o.agent.Name},
			Key: o.key, Rights: box.Rights(t.doc.List),
		}
		var why error
		if o.fill != nil {
			why = o.fill(t, box, &c)
		}
		visible := o.visible
		if visible == nil {
			visible = (*inbox.Inbox).Visible
		}
		if !visible(box, t.doc) {
			why = unknownRequest(o.id)
		}
		return c, why
	})
	if err != nil {
		return protocol.Result{}, err
	}
	return x.answer(ctx, o.agent, d)
}

// answer shows an agent what their command came to.
func (x *Executor) answer(ctx context.Context, agent inbox.Agent, d done) (protocol.Result, error) {
	box, now := x.as(agent), x.Now()
	result := protocol.Result{
		Outcome: d.Outcome, Repeated: d.Repeated,
		Request: box.Row(d.doc, now), Cursor: x.View.Cursor(d.revision),
	}
	visible := box.Visible(d.doc)
	if !visible { // what it has become since is not theirs to see (N12)
		result.Request = box.Trace(d.doc)
	}
	if d.OverCapacity {
		result.Warnings = []protocol.Warning{protocol.OverCapacity}
	}
	var err error
	switch d.command.Kind {
	case request.Join, request.Accept:
		if visible {
			result.Messages, err = x.messages(ctx, d.doc)
		}
	case request.Say:
		result.Message, err = x.said(ctx, d)
	case request.TransferTo, request.Invite:
		result.Offer = x.offered(result.Request, d)
	}
	return result, err
}

// Join makes an agent a member of a request, and shows them the last messages of
// it (T07 to T13).
func (x *Executor) Join(ctx context.Context, agent inbox.Agent, id, key string) (protocol.Result, error) {
	return x.carryOut(ctx, order{
		kind: request.Join, agent: agent, id: id, key: key,
		// Also where it is not shown: who comes too late is told who has it (T09, N12).
		visible: (*inbox.Inbox).MayJoin,
		fill: func(t *turn, box *inbox.Inbox, _ *request.Command) error {
			x.count(t, box, agent)
			return nil
		},
	})
}

// Leave ends an agent's membership (T14 to T17).
func (x *Executor) Leave(ctx context.Context, agent inbox.Agent, id, key string) (protocol.Result, error) {
	return x.carryOut(ctx, order{kind: request.Leave, agent: agent, id: id, key: key})
}

// RemoveMember ends another agent's membership, for Admins of the list.
func (x *Executor) RemoveMember(ctx context.Context, agent inbox.Agent, id, member, key string) (protocol.Result, error) {
	return x.carryOut(ctx, order{
		kind: request.Remove, agent: agent, id: id, key: key,
		fill: func(_ *turn, _ *inbox.Inbox, c *request.Command) error {
			c.Target.Agent = member
			return nil
		},
	})
}

// Close ends a request, for who may (T18 to T20).
func (x *Executor) Close(ctx context.Context, agent inbox.Agent, id, key string) (protocol.Result, error) {
	return x.carryOut(ctx, order{kind: request.Close, agent: agent, id: id, key: key})
}

// WrapUp notes what a request was about, by who is or was in it (T33).
func (x *Executor) WrapUp(ctx context.Context, agent inbox.Agent, id, key string, w protocol.WrapUp) (protocol.Result, error) {
	if err := checkWrapUp(w); err != nil {
		return protocol.Result{}, err
	}
	return x.carryOut(ctx, order{
		kind: request.WrapUp, agent: agent, id: id, key: key,
		// Who was in it may do so, whatever has happened to it or to them since.
		visible: func(box *inbox.Inbox, d *request.Document) bool {
			return box.Visible(d) || d.WrapUpOf(agent.Name) != nil
		},
		fill: func(_ *turn, _ *inbox.Inbox, c *request.Command) error {
			c.Reasons, c.Note = w.Reasons, w.Note
			return nil
		},
	})
}

// expiry is when an offer that was made at a moment lapses.
func (x *Executor) expiry(at time.Time) *time.Time {
	end := at.Add(x.View.Config().OfferTimeout())
	return &end
}
