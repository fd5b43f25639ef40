package board

import (
	"fmt"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// offer says what became of an offer, to its sender or to whom it is made.
func (b *Board) offer(e *protocol.Event) string {
	o, by := e.Offer, e.By
	if by == "" {
		by = offered(o)
	}
	by = plain(by)
	switch e.Status {
	case request.OfferMade:
		if e.By != "" { // one of a list declined, it stands for the others
			return fmt.Sprintf("%s declined; the offer to %s stands", by, offered(o))
		}
		return b.made(o, b.Number(e.RequestID))
	case request.OfferAccepted:
		return by + " accepted the offer"
	case request.OfferDeclined:
		return by + " declined the offer; nothing has changed"
	case request.OfferExpired:
		return fmt.Sprintf("nobody took the offer to %s in time; nothing has changed", offered(o))
	case request.OfferWithdrawn:
		return fmt.Sprintf("the offer of %s to %s is withdrawn", plain(o.From), offered(o))
	}
	return fmt.Sprintf("the offer to %s: %s", offered(o), e.Status)
}

// made is an offer that stands.
func (b *Board) made(o *protocol.Offer, number int) string {
	if o.From == b.me {
		return fmt.Sprintf("you offer %s %s (withdraw %d)  %s", offered(o), place(o, "your", "yours"), number, o.ID)
	}
	return fmt.Sprintf("%s offers %s %s (accept %d, decline %d)  %s", plain(o.From), b.you(o), place(o, "their", "theirs"), number, number, o.ID)
}

// place is what is offered, of whose it is.
func place(o *protocol.Offer, their, theirs string) string {
	if o.Kind == request.OfferTransfer {
		return their + " place"
	}
	return "a place beside " + theirs
}

// offered is to whom an offer is made.
func offered(o *protocol.Offer) string {
	if o.Agent != "" {
		return plain(o.Agent)
	}
	return "list " + plain(o.List)
}

func (b *Board) you(o *protocol.Offer) string {
	if o.Agent == b.me {
		return "you"
	}
	return offered(o)
}

// offers gives lines for the offers of a snapshot.
func (b *Board) offers(offers []*protocol.Offer) []string {
	var lines []string
	for _, o := range offers {
		r := o.Request
		lines = append(lines, line(o.At, b.Number(r.ID), r.List, r.State, r.Customer.Name, b.made(o, b.Number(r.ID))))
	}
	return lines
}

// Withdrawn is the line of alerts that were dismissed.
func (b *Board) Withdrawn(w *protocol.AlertWithdrawn) string {
	if w.All {
		return "-- all alerts are dismissed"
	}
	return fmt.Sprintf("-- the alert of #%d is dismissed", b.Number(w.Request))
}
