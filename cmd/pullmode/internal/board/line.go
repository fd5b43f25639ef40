package board

import (
	"fmt"
	"strings"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Event is the line of an event about a request: when, number, list, state,
// customer, and who did what.
func (b *Board) Event(e *protocol.Event) string {
	switch e.Type {
	case protocol.EventMessage:
		return b.beside(e, message(e))
	case protocol.EventPresence:
		return b.beside(e, "the customer"+strings.TrimPrefix(there(e.Presence), ","))
	case protocol.EventOffer:
		return b.beside(e, b.offer(e))
	case protocol.EventRemoved:
		line := b.beside(e, removed(e))
		delete(b.open, e.RequestID)
		return line
	}
	b.note(e.Request)
	return line(e.At, b.Number(e.RequestID), e.List, e.Request.State, e.Request.Customer.Name, happened(e))
}

// beside is the line of an event that is not of the request's row, and may say
// nothing of it but its id.
func (b *Board) beside(e *protocol.Event, what string) string {
	r := b.open[e.RequestID]
	if r == nil && e.Offer != nil {
		r = e.Offer.Request
	}
	if r == nil {
		r = &protocol.Request{List: e.List}
		if e.Actor.Kind == request.CustomerActor {
			r.Customer.Name = e.Actor.Name
		}
	}
	return line(e.At, b.Number(e.RequestID), r.List, r.State, r.Customer.Name, what)
}

// Row is the line of a request as it stands.
func (b *Board) Row(r *protocol.Request) string {
	return line(r.OpenedAt, b.Number(r.ID), r.List, r.State, r.Customer.Name, standing(r))
}

// line puts the parts into columns, wide enough for most.
func line(at time.Time, number int, list string, state request.State, customer, what string) string {
	return fmt.Sprintf("%s  %-4s %-10s %-8s  %-16s  %s",
		at.Local().Format(time.TimeOnly), fmt.Sprintf("#%d", number), list, state, plain(customer), what)
}

// standing says what there is to know of a request when nothing happens.
func standing(r *protocol.Request) string {
	var parts []string
	if len(r.Members) > 0 {
		parts = append(parts, "joined by "+members(r))
	}
	if r.WaitingSince != nil {
		parts = append(parts, "waiting since "+r.WaitingSince.Local().Format(time.TimeOnly))
	}
	if r.Alert != nil {
		parts = append(parts, "alert")
	}
	parts = append(parts, r.ID)
	return strings.Join(parts, "  ")
}

func members(r *protocol.Request) string {
	names := make([]string, len(r.Members))
	for i, m := range r.Members {
		names[i] = plain(m.Agent)
	}
	return strings.Join(names, ", ")
}

func name(a request.Actor) string {
	if a.Name == "" {
		return "the " + string(a.Kind)
	}
	return plain(a.Name)
}
