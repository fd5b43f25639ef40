package command

import (
	"context"
	"slices"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Invite offers a place beside the sender's, to an agent or to whoever of a list is
// first to accept (T31).
func (x *Executor) Invite(ctx context.Context, agent inbox.Agent, id, key string, to protocol.Target) (protocol.Result, error) {
	return x.offer(ctx, request.Invite, agent, id, key, to)
}

func (x *Executor) offer(ctx context.Context, kind request.Kind, agent inbox.Agent, id, key string, to protocol.Target) (protocol.Result, error) {
	if err := checkTarget(to); err != nil {
		return protocol.Result{}, err
	}
	return x.carryOut(ctx, order{
		kind: kind, agent: agent, id: id, key: key,
		fill: func(t *turn, _ *inbox.Inbox, c *request.Command) (err error) {
			c.Target, err = x.target(t, agent, to)
			return err
		},
	})
}

// target finds to whom something is transferred or offered. The target comes back
// also where it cannot be: a repeat has to be the same command.
func (x *Executor) target(t *turn, from inbox.Agent, to protocol.Target) (request.Target, error) {
	target := request.Target{Agent: to.Agent, List: to.List}
	if to.List != "" {
		l := t.config.List(to.List)
		switch {
		case l == nil:
			return target, refuse(UnknownList, "there is no list %q here: see /v1/transfer-targets for those that there are", to.List)
		case l.Draining:
			return target, refuse(ListUnavailable, "the list %s is going away and takes nothing new: see /v1/transfer-targets for the others", to.List).retry(listRetry)
		}
		target.Grab = l.Grab()
		return target, nil
	}
	known := x.View.Agent(to.Agent)
	switch {
	case to.Agent == from.Name:
		return target, refuse(InvalidRequest, "agent is yourself: name another one, see /v1/transfer-targets")
	case known.Seen == 0 || !x.as(inbox.Agent{Name: to.Agent, Groups: known.Groups}).AccessAny():
		return target, refuse(UnknownAgent, "nobody named %q has ever come here, or they have no list: see /v1/transfer-targets for those who are connected", to.Agent)
	}
	target.Away = !x.View.Present(to.Agent) // T30
	return target, nil
}

// Accept takes an offer: the agent becomes a member, and of a transfer the sender
// ceases to be one (T29, T31).
func (x *Executor) Accept(ctx context.Context, agent inbox.Agent, offer, key string) (protocol.Result, error) {
	return x.ofOffer(ctx, request.Accept, agent, offer, key, func(t *turn, box *inbox.Inbox) { x.count(t, box, agent) })
}

// Decline turns an offer down (T30). One to a list stands for the others of it.
func (x *Executor) Decline(ctx context.Context, agent inbox.Agent, offer, key string) (protocol.Result, error) {
	return x.ofOffer(ctx, request.Decline, agent, offer, key, nil)
}

// Withdraw takes an offer back, by who made it.
func (x *Executor) Withdraw(ctx context.Context, agent inbox.Agent, offer, key string) (protocol.Result, error) {
	return x.ofOffer(ctx, request.Withdraw, agent, offer, key, nil)
}

func (x *Executor) ofOffer(ctx context.Context, kind request.Kind, agent inbox.Agent, offer, key string, also func(*turn, *inbox.Inbox)) (protocol.Result, error) {
	id, ok := request.RequestOfOffer(offer)
	if !ok {
		return protocol.Result{}, unknownOffer(offer)
	}
	result, err := x.carryOut(ctx, order{
		kind: kind, agent: agent, id: id, key: key,
		// An offer shows the request to who could not see it before; whether it is one
		// to the agent, the rules decide.
		visible: func(*inbox.Inbox, *request.Document) bool { return true },
		fill: func(t *turn, box *inbox.Inbox, c *request.Command) error {
			c.Offer = offer
			for _, o := range t.doc.Offers {
				if o.ID == offer {
					c.Rights.Addressed = box.Addressed(o)
				}
			}
			if also != nil {
				also(t, box)
			}
			// Section 4: who has lost all access is nobody here, and that there was an offer
			// is known to who sees the request, or had it.
			if !box.AccessAny() || !box.Visible(t.doc) && !hadOffer(t.doc, offer, agent, box) {
				return unknownOffer(offer)
			}
			return nil
		},
	})
	if reasonOf(err) == UnknownRequest {
		return protocol.Result{}, unknownOffer(offer)
	}
	return result, err
}

// hadOffer says whether the agent made or had an offer that stands, or ended with
// the request's last change.
func hadOffer(d *request.Document, id string, agent inbox.Agent, box *inbox.Inbox) bool {
	mine := func(o request.Offer) bool {
		return o.ID == id && (o.From == agent.Name || o.To(agent.Name, box.Addressed(o)))
	}
	return slices.ContainsFunc(d.Offers, mine) ||
		slices.ContainsFunc(d.Last.Offers, func(c request.OfferChange) bool { return mine(c.Offer) })
}

// offered is the offer that a command has made, also when it is over by now.
func (x *Executor) offered(shown *protocol.Request, d done) *protocol.Offer {
	o := &protocol.Offer{
		ID: d.Ref, Kind: request.OfferInvite, Request: shown,
		From: d.command.Actor.Name, Agent: d.command.Target.Agent, List: d.command.Target.List,
	}
	if d.command.Kind == request.TransferTo {
		o.Kind = request.OfferTransfer
	}
	if o.ID == "" && d.Outcome == request.Offered {
		o.ID = d.doc.Last.Offers[0].ID
	}
	for _, made := range d.doc.Offers {
		if made.ID == o.ID {
			o.At, o.ExpiresAt = made.At, x.expiry(made.At)
			return o
		}
	}
	if d.Repeated {
		return o
	}
	return nil // the agent is a member already, and nothing was offered
}
