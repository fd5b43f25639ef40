package inbox

import (
	"cmp"
	"slices"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Addressed says whether an offer to a list is one to the agent, who is subscribed
// to it (T31).
func (b *Inbox) Addressed(o request.Offer) bool {
	_, subscribed := b.Subscribed(o.List)
	return subscribed
}

// offered says whether the agent may accept an offer. Who has lost every list is
// nobody here (section 4).
func (b *Inbox) offered(o request.Offer) bool {
	return b.AccessAny() && o.To(b.agent.Name, b.Addressed(o))
}

// Offers are those that stand for the agent, and those that they have made, oldest
// first.
func (b *Inbox) Offers(now time.Time) []*protocol.Offer {
	offers := []*protocol.Offer{}
	if b.config == nil {
		return offers
	}
	for _, d := range b.view.Offering(b.agent.Name, b.SubscribedLists()) {
		for _, o := range d.Offers {
			expires := o.At.Add(b.config.OfferTimeout())
			if (o.From != b.agent.Name && !b.offered(o)) || now.After(expires) {
				continue
			}
			offers = append(offers, &protocol.Offer{
				ID: o.ID, Kind: o.Kind, Request: b.Row(d, now), From: o.From, Agent: o.Agent, List: o.List,
				At: o.At, ExpiresAt: &expires,
			})
		}
	}
	slices.SortStableFunc(offers, func(x, y *protocol.Offer) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.ID, y.ID)) })
	return offers
}

// Targets are to whom the agent can transfer a request, or offer a place in it:
// every list that is not going away, and whoever else is connected and has a list.
func (b *Inbox) Targets() protocol.TransferTargets {
	targets := protocol.TransferTargets{Lists: []protocol.TargetList{}, Agents: []protocol.TargetAgent{}}
	if b.config == nil {
		return targets
	}
	for i := range b.config.Lists {
		if l := &b.config.Lists[i]; !l.Draining {
			targets.Lists = append(targets.Lists, protocol.TargetList{Name: l.Name, DisplayName: l.DisplayName})
		}
	}
	for _, name := range b.view.PresentAgents() {
		other := Of(b.view, Agent{Name: name, Groups: b.view.Agent(name).Groups})
		if name != b.agent.Name && other.AccessAny() {
			targets.Agents = append(targets.Agents, protocol.TargetAgent{Name: name})
		}
	}
	return targets
}
