package command

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// refusal is the error of an outcome that is not what the actor wanted; nil for one
// that is, or that is nobody's error.
func (t *turn) refusal(d done) error {
	switch d.Outcome {
	case request.Gone:
		return t.gone(d)
	case request.Grabbed:
		at := d.Blocker.JoinedAt.UTC().Format(time.RFC3339Nano)
		e := refuse(Grabbed, "%s has had this request since %s: choose another one, or ask them to invite you", d.Blocker.Agent, at)
		// To the letter what the winner's own row says (G1).
		e.Details = map[string]any{"grabbedBy": d.Blocker.Agent, "grabbedAt": d.Blocker.JoinedAt.UTC().Format(time.RFC3339Nano)}
		return e
	case request.NotAMember:
		return refuse(NotAMember, "%s", notAMember(d.command.Kind))
	case request.NoSuchMember:
		return refuse(NotAMember, "%s is no member of this request: see its members", d.command.Target.Agent)
	case request.Forbidden:
		return refuse(Forbidden, "%s", forbidden(d.command.Kind))
	case request.Full:
		return refuse(Full, "the request has %d members, which is as many as it can have: wait until one leaves", request.MaxMembers)
	case request.AtCapacity:
		return refuse(AtCapacity, "you hold %d requests of this kind and may hold %d: leave or close one, then come back", t.env.Held, t.env.Limit)
	case request.TooLong:
		return tooLong(d.command.Message.Text, t.maxLength())
	case request.NoOutbound:
		return refuse(NoOutbound, "channel %s has no way back to its customers: set spec.outbound of the Channel", t.doc.Channel)
	case request.SameList:
		return refuse(InvalidRequest, "the request is on list %s already: name another list", t.doc.List)
	}
	return t.ofOffers(d)
}

func (t *turn) ofOffers(d done) error {
	switch d.Outcome {
	case request.NotActive:
		return refuse(NotActive, "nobody is in this request, so there is no place to offer: join it first")
	case request.Away:
		return refuse(AgentOffline, "%s is not connected, and nothing has changed: choose somebody else, or a list", d.command.Target.Agent)
	case request.TooManyOffers:
		return refuse(TooManyOffers, "%d offers of this request stand, which is as many as can: withdraw one, or wait until it lapses", request.MaxOffers)
	case request.UnknownOffer:
		return unknownOffer(d.command.Offer)
	case request.OfferOver:
		return refuse(OfferOver, "the offer is over: it was accepted, declined or withdrawn, or nobody took it in time")
	case request.NoWrapUp:
		return refuse(NoWrapUp, "list %s asks for no wrap-up", t.doc.List)
	case request.UnknownReason:
		return refuse(InvalidRequest, "reasons must be 1 to %d of list %s, each once: %s", snapshot.MaxWrapUpReasons, t.doc.List, t.reasons())
	case request.WrapUpOver:
		return refuse(WrapUpOver, "your wrap-up of this request is there already, or the time for it is over")
	}
	return nil
}

func (t *turn) gone(d done) error {
	switch {
	case t.doc.TransferredTo != "":
		return refuse(Gone, "the request went on as %s on another list: nothing more can be done in this one", t.doc.TransferredTo)
	case d.command.Kind == request.Join:
		return refuse(Gone, "the request is closed and cannot be joined; a new message of the customer opens a new one")
	}
	return refuse(Gone, "the request is closed and nothing more can be done in it; a new message of the customer opens a new one")
}

func notAMember(kind request.Kind) string {
	switch kind {
	case request.Leave, request.Logout:
		return "you have not joined this request, so there is nothing to leave"
	case request.WrapUp:
		return "you have not been in this request, so there is nothing to wrap up"
	}
	return "only who has joined this request can do that: join it first"
}

func forbidden(kind request.Kind) string {
	switch kind {
	case request.Remove:
		return "only an Admin of the list can remove a member: ask one"
	case request.Transfer:
		return "only who has joined this request can transfer it: join it, or ask an Admin of the list"
	}
	return "the list's closePolicy does not let you close this request: join it, or ask an Admin of the list"
}

func tooLong(text string, limit int) *Error {
	return refuse(TooLong, "the text has %d Unicode code points, and the channel takes %d: split the message", utf8.RuneCountInString(text), limit)
}

func (t *turn) maxLength() int {
	if t.env.Channel == nil {
		return snapshot.DefaultMessageMaxLength
	}
	return t.env.Channel.MaxLength()
}

func (t *turn) reasons() string {
	var names []string
	for _, r := range t.env.List.WrapUp.Reasons {
		names = append(names, r.Name)
	}
	return strings.Join(names, ", ")
}

func unknownRequest(id string) error {
	return refuse(UnknownRequest, "there is no request %q for you: it may be on a list that is not yours, or closed for longer than is kept", id)
}

func unknownOffer(id string) error {
	return refuse(UnknownOffer, "there is no offer %q for you: see /v1/offers for those that stand", id)
}
