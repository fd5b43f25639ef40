package client

import (
	"encoding/json"
	"fmt"

	"github.com/pullmode/operator/runtime/protocol"
)

// Event is one event of the feed.
type Event struct {
	Type protocol.EventType
	// Cursor is set where everything up to this event has been received: keep it
	// to go on from here with another Events.
	Cursor string
	// Data is the event's JSON.
	Data json.RawMessage

	// value is Data decoded, once that has been done.
	value any
}

// Value decodes the event: *protocol.Event, *protocol.Snapshot,
// *protocol.ListsChanged, *protocol.AlertWithdrawn, *protocol.Gap,
// *protocol.Replaced, *protocol.Draining, *protocol.TokenExpired or
// *protocol.Bookmark; nil for an event of a later version.
func (e Event) Value() (any, error) {
	if e.value != nil {
		return e.value, nil
	}
	var value any
	switch e.Type {
	case protocol.EventReceived, protocol.EventStateChanged, protocol.EventMembersChanged, protocol.EventMessage,
		protocol.EventRemoved, protocol.EventOffer, protocol.EventPresence:
		value = &protocol.Event{}
	case protocol.EventSnapshot:
		value = &protocol.Snapshot{}
	case protocol.EventListsChanged:
		value = &protocol.ListsChanged{}
	case protocol.EventAlertWithdrawn:
		value = &protocol.AlertWithdrawn{}
	case protocol.EventGap:
		value = &protocol.Gap{}
	case protocol.EventReplaced:
		value = &protocol.Replaced{}
	case protocol.EventDraining:
		value = &protocol.Draining{}
	case protocol.EventTokenExpired:
		value = &protocol.TokenExpired{}
	case protocol.EventBookmark:
		value = &protocol.Bookmark{}
	default:
		return nil, nil
	}
	if err := json.Unmarshal(e.Data, value); err != nil {
		return nil, fmt.Errorf("read a %s event: %w", e.Type, err)
	}
	return value, nil
}
