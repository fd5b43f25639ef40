package conformance

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Row is a request as agents see it.
type Row = protocol.Request

// Event is one event of the feed. Of what it embeds and points to, that is set
// which its type has.
type Event struct {
	protocol.Event
	// Cursor stands where everything up to the event has been had.
	Cursor string
	// Repeated says that it was had before a break.
	Repeated bool

	Snapshot  *protocol.Snapshot
	Lists     *protocol.ListsChanged
	Gap       *protocol.Gap
	Withdrawn *protocol.AlertWithdrawn
}

func (e *Event) read(data []byte) error {
	var into any
	switch e.Type {
	case protocol.EventSnapshot:
		e.Snapshot = &protocol.Snapshot{}
		into = e.Snapshot
	case protocol.EventListsChanged:
		e.Lists = &protocol.ListsChanged{}
		into = e.Lists
	case protocol.EventGap:
		e.Gap = &protocol.Gap{}
		into = e.Gap
	case protocol.EventAlertWithdrawn:
		e.Withdrawn = &protocol.AlertWithdrawn{}
		into = e.Withdrawn
	case protocol.EventReceived, protocol.EventStateChanged, protocol.EventMembersChanged, protocol.EventMessage,
		protocol.EventRemoved, protocol.EventOffer, protocol.EventPresence:
		into = &e.Event
	default:
		return nil
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("read the event %s %q: %w", e.Type, data, err)
	}
	return nil
}

// about says whether the event is about a request.
func (e *Event) about(id string) bool {
	return e.RequestID == id || e.Offer != nil && e.Offer.Request != nil && e.Offer.Request.ID == id
}

// short is what an event comes to: its type without the family, and the state.
func (e *Event) short() string {
	switch e.Type {
	case protocol.EventStateChanged:
		return string(e.Request.State)
	case protocol.EventReceived:
		return "received"
	case protocol.EventMembersChanged:
		return "members"
	case protocol.EventMessage:
		return "message"
	case protocol.EventRemoved:
		return "removed"
	case protocol.EventOffer:
		return "offer " + string(e.Status)
	}
	return string(e.Type)
}

func (e *Event) String() string {
	s := string(e.Type)
	if e.Request != nil {
		s += " " + string(e.Request.State)
	}
	if e.Cause != "" {
		s += " by " + string(e.Cause)
	}
	return s
}

// member is an agent's membership; nil where there is none.
func member(r *Row, agent string) *request.Member {
	if r == nil {
		return nil
	}
	i := slices.IndexFunc(r.Members, func(m request.Member) bool { return m.Agent == agent })
	if i < 0 {
		return nil
	}
	return &r.Members[i]
}

// show is a row for people.
func show(r *Row) string {
	if r == nil {
		return "nothing"
	}
	names := []string{}
	for _, m := range r.Members {
		names = append(names, m.Agent)
	}
	return fmt.Sprintf("%s, version %d, members %v", r.State, r.Version, names)
}
