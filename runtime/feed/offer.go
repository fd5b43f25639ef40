package feed

import (
	"slices"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// offers tells of the offers that a change made or ended: those who have a part in
// them, and nobody else (T29 to T31). A leave or a close can end several.
func (d *derivation) offers(doc *request.Document) error {
	for _, o := range doc.Last.Offers {
		e := eventOf(doc, protocol.EventOffer)
		// The row comes with the offer: who is offered a place is not shown the
		// request because of the list.
		e.Offer = &protocol.Offer{ID: o.ID, Kind: o.Kind, Request: e.Request, From: o.From, Agent: o.Agent, List: o.List, At: o.At}
		e.Request, e.Status, e.By = nil, o.Status, o.By
		if err := d.add(partiesOf(o), e.Type, e); err != nil {
			return err
		}
	}
	return nil
}

// partiesOf are the sender and those to whom the offer is. That one of a list does
// not want it is no news to the others of the list.
func partiesOf(o request.OfferChange) Audience {
	a := Audience{Agents: []string{o.From}}
	for _, agent := range []string{o.Agent, o.By} {
		if agent != "" && !slices.Contains(a.Agents, agent) {
			a.Agents = append(a.Agents, agent)
		}
	}
	if declinedByOne := o.Status == request.OfferMade && o.By != ""; !declinedByOne {
		a.List, a.Except = o.List, o.Declined
	}
	return a
}
