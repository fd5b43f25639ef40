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
	if e.Type == protocol.EventMessage {
		return b.message(e)
	}
	b.note(e.Request)
	return line(e.At, b.Number(e.RequestID), e.List, e.Request.State, e.Request.Customer.Name, happened(e))
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

// happened says who did what.
func happened(e *protocol.Event) string {
	who := name(e.Actor)
	switch e.Cause {
	case request.Receive:
		return fmt.Sprintf("new request on %s (%s)  %s", e.Request.Channel, e.Request.ChannelType, e.RequestID)
	case request.Join:
		return fmt.Sprintf("%s joined%s", who, others(e))
	case request.Leave:
		return fmt.Sprintf("%s left%s", who, others(e))
	case request.Close:
		return who + " closed it"
	case request.EndSession:
		return "the customer ended the session"
	case request.Expire:
		return "closed, because the customer has been silent for too long"
	}
	return fmt.Sprintf("%s: %s", who, e.Cause)
}

// others says who else is there after a join or a leave.
func others(e *protocol.Event) string {
	var names []string
	for _, m := range e.Request.Members {
		if m.Agent != e.Actor.Name {
			names = append(names, plain(m.Agent))
		}
	}
	switch {
	case len(names) > 0:
		return "; also there: " + strings.Join(names, ", ")
	case e.Cause == request.Leave:
		return "; nobody is there now"
	}
	return ""
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

// message is the line of a message. Its event names the request and says nothing
// else of it.
func (b *Board) message(e *protocol.Event) string {
	var state request.State
	customer := e.Actor.Name
	if r := b.open[e.RequestID]; r != nil {
		state, customer = r.State, r.Customer.Name
	}
	return line(e.At, b.Number(e.RequestID), e.List, state, customer, "says: "+plain(e.Message.Text))
}
