package request

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// OfferKind says what an offer gives.
type OfferKind string

// The kinds of offers.
const (
	// OfferTransfer gives the sender's place (T29).
	OfferTransfer OfferKind = "transfer"
	// OfferInvite gives a place beside the sender's (T31).
	OfferInvite OfferKind = "invite"
)

// Offer asks an agent, or whoever of a list, to come into a request. Until it is
// accepted nothing changes: the customer is never between two agents (T30).
type Offer struct {
	// ID begins with the request's.
	ID   string    `json:"id"`
	Kind OfferKind `json:"kind" enum:"transfer,invite"`
	From string    `json:"from" doc:"The member who offers."`
	// Agent or List is to whom. Of a list, the first to accept has it.
	Agent string    `json:"agent,omitempty"`
	List  string    `json:"list,omitempty"`
	At    time.Time `json:"at"`
	// Declined are those of the list who do not want it.
	Declined []string `json:"declined,omitempty"`
}

// OfferStatus is what became of an offer.
type OfferStatus string

// The statuses of an offer.
const (
	OfferMade      OfferStatus = "made"
	OfferAccepted  OfferStatus = "accepted"
	OfferDeclined  OfferStatus = "declined"
	OfferExpired   OfferStatus = "expired"
	OfferWithdrawn OfferStatus = "withdrawn"
)

// OfferChange is an offer that was made or ended.
type OfferChange struct {
	Offer
	Status OfferStatus `json:"status"`
	// By is who accepted or declined.
	By string `json:"by,omitempty"`
}

// RequestOfOffer is the request that an offer's id belongs to.
func RequestOfOffer(id string) (request string, ok bool) {
	i := strings.LastIndexByte(id, '-')
	if i <= 0 {
		return "", false
	}
	return id[:i], true
}

// offer asks somebody in.
func offer(kind OfferKind) rule {
	return func(t *turn) Outcome {
		switch {
		case !t.next.Member(t.Actor.Name):
			return NotAMember
		case t.Target.Agent != "" && t.next.Member(t.Target.Agent) && kind == OfferInvite:
			return AlreadyMember
		case t.Target.Agent != "" && t.Target.Away:
			return Away
		case len(t.next.Offers) >= MaxOffers:
			return TooManyOffers
		}
		t.next.Offered++
		o := Offer{
			ID: fmt.Sprintf("%s-%d", t.next.ID, t.next.Offered), Kind: kind,
			From: t.Actor.Name, Agent: t.Target.Agent, List: t.Target.List, At: t.env.Now,
		}
		t.next.Offers = append(t.next.Offers, o)
		t.tellOffer(o, OfferMade, "")
		return Offered
	}
}

// accept takes an offer: the agent comes in, and of a transfer the sender goes
// (T29, T31). It is no grab, so it goes past the owner.
func accept(t *turn) Outcome {
	o, found := t.mine()
	switch {
	case !found && t.next.Member(t.Actor.Name):
		return AlreadyMember
	case !found:
		return t.missing()
	case t.over(o.At, t.env.OfferTimeout):
		return OfferOver
	}
	member := t.next.Member(t.Actor.Name)
	if !member {
		if refused := t.acceptable(o); refused != "" {
			return refused
		}
		t.admit(Member{Agent: t.Actor.Name, Invited: true})
	}
	t.endOffer(o, OfferAccepted, t.Actor.Name)
	if o.Kind == OfferTransfer && o.From != t.Actor.Name {
		sender := *t.next.Membership(o.From)
		if sender.Owner {
			t.next.Membership(o.From).Owner = false
			t.next.Membership(t.Actor.Name).Owner = true // INV6
		}
		t.release(o.From)
	}
	return Joined
}

// acceptable says why the agent cannot come in; of a transfer somebody goes, so
// there is always room.
func (t *turn) acceptable(o Offer) Outcome {
	if o.Kind == OfferTransfer {
		return t.capacity()
	}
	return t.room()
}

// decline turns an offer down. One to a list stands for the others of it.
func decline(t *turn) Outcome {
	o, found := t.mine()
	if !found {
		return t.missing()
	}
	if o.List == "" {
		t.endOffer(o, OfferDeclined, t.Actor.Name)
		return Declined
	}
	i := t.next.offer(o.ID)
	t.next.Offers[i].Declined = append(slices.Clone(o.Declined), t.Actor.Name)
	t.next.Last.Offers = append(t.next.Last.Offers, OfferChange{Offer: t.next.Offers[i], Status: OfferMade, By: t.Actor.Name})
	return Declined
}

// withdraw takes an offer back.
func withdraw(t *turn) Outcome {
	i := t.next.offer(t.Offer)
	switch {
	case i < 0:
		return t.missing()
	case t.next.Offers[i].From != t.Actor.Name:
		return UnknownOffer
	}
	t.endOffer(t.next.Offers[i], OfferWithdrawn, t.Actor.Name)
	return Withdrawn
}

// lapse ends an offer that nobody took in time. The sender stays (T30).
func lapse(t *turn) Outcome {
	i := t.next.offer(t.Offer)
	if i < 0 || !t.over(t.next.Offers[i].At, t.env.OfferTimeout) {
		return NotDue
	}
	t.endOffer(t.next.Offers[i], OfferExpired, "")
	return Lapsed
}

// mine is the offer that the command names, if it is one to the actor.
func (t *turn) mine() (Offer, bool) {
	i := t.next.offer(t.Offer)
	if i < 0 {
		return Offer{}, false
	}
	o := t.next.Offers[i]
	return o, o.To(t.Actor.Name, t.Rights.Addressed)
}

// To says whether an offer is one to the agent; ofList whether the agent is among
// those of the list that it names.
func (o Offer) To(agent string, ofList bool) bool {
	if o.Agent != "" {
		return o.Agent == agent
	}
	return ofList && o.From != agent && !slices.Contains(o.Declined, agent)
}

// missing tells an offer that is over from one that never was.
func (t *turn) missing() Outcome {
	n := int64(0)
	if i := t.next.offer(t.Offer); i >= 0 {
		return UnknownOffer
	}
	if _, err := fmt.Sscanf(strings.TrimPrefix(t.Offer, t.next.ID+"-"), "%d", &n); err != nil || n < 1 || n > t.next.Offered {
		return UnknownOffer
	}
	return OfferOver
}

func (d *Document) offer(id string) int {
	return slices.IndexFunc(d.Offers, func(o Offer) bool { return o.ID == id })
}

func (t *turn) endOffer(o Offer, status OfferStatus, by string) {
	t.next.Offers = slices.DeleteFunc(t.next.Offers, func(other Offer) bool { return other.ID == o.ID })
	t.tellOffer(o, status, by)
}

func (t *turn) tellOffer(o Offer, status OfferStatus, by string) {
	t.next.Last.Offers = append(t.next.Last.Offers, OfferChange{Offer: o, Status: status, By: by})
}

// dropOffers takes back the offers of who is no member any more: a place can only
// be given by who has one.
func (t *turn) dropOffers() {
	for _, o := range slices.Clone(t.next.Offers) {
		if !t.next.Member(o.From) {
			t.endOffer(o, OfferWithdrawn, "")
		}
	}
	if len(t.next.Offers) == 0 {
		t.next.Offers = nil
	}
}
