package protocol

import (
	"time"

	"github.com/pullmode/operator/runtime/request"
)

// EventType names an event of the feed.
type EventType string

// The events of the feed.
const (
	// EventSnapshot begins a feed that does not resume: the lists and the open
	// requests, in one or more parts. The cursor stands on the last part.
	EventSnapshot EventType = "snapshot"
	// EventReceived: a new request on a list (T01, T06).
	EventReceived EventType = "request.received"
	// EventStateChanged: a request became ACTIVE, INACTIVE or CLOSED, or an
	// agent left it (T07, T11, T14, T15, T18, T21, T22).
	EventStateChanged EventType = "request.stateChanged"
	// EventMembersChanged: a further agent joined (T08).
	EventMembersChanged EventType = "request.membersChanged"
	// EventMessage: a message, to the members of its request only (T04).
	EventMessage EventType = "request.message"
	// EventListsChanged: what this agent is subscribed to, or may be, is
	// different now. A snapshot of the lists that were added follows.
	EventListsChanged EventType = "lists.changed"
	// EventGap: the cursor cannot be resumed; a snapshot follows (R2, R3).
	EventGap EventType = "gap"
	// EventDraining: this replica is about to stop; connect again.
	EventDraining EventType = "draining"
	// EventBookmark moves the cursor of an idle feed and says nothing else.
	EventBookmark EventType = "bookmark"
)

// Event is one event about a request.
type Event struct {
	Type EventType `json:"type"`
	List string    `json:"list"`
	// Request is the request after the event.
	Request *Request `json:"request,omitempty"`
	// Message is set in request.message, which names the request in RequestID only.
	Message   *request.Message `json:"message,omitempty"`
	RequestID string           `json:"requestId"`
	Version   int64            `json:"version,omitempty"`
	Actor     request.Actor    `json:"actor"`
	Cause     request.Kind     `json:"cause" doc:"The command that brought the event about."`
	// From is the state before; empty for a new request.
	From request.State `json:"from,omitempty"`
	At   time.Time     `json:"at"`
}

// Snapshot is one part of what an agent sees at one moment.
type Snapshot struct {
	Type EventType `json:"type"`
	// Reason says why there is a snapshot: connected, gap, or the lists changed.
	Reason SnapshotReason `json:"reason"`
	// Lists are all lists that the agent may use; in the first part only.
	Lists []List `json:"lists,omitempty"`
	// Only names the lists that this snapshot is of; empty means that it is of
	// everything, and replaces everything that was known.
	Only     []string   `json:"only,omitempty"`
	Requests []*Request `json:"requests"`
	// More says that further parts follow.
	More bool `json:"more,omitempty"`
	// Cursor is what the whole snapshot reflects; in the last part only.
	Cursor string `json:"cursor,omitempty"`
}

// SnapshotReason says why a snapshot is sent.
type SnapshotReason string

// The reasons of a snapshot.
const (
	SnapshotConnected    SnapshotReason = "connected"
	SnapshotGap          SnapshotReason = "gap"
	SnapshotListsChanged SnapshotReason = "listsChanged"
)

// ListsChanged tells an agent which lists there are for them now.
type ListsChanged struct {
	Type  EventType `json:"type"`
	Lists []List    `json:"lists"`
}

// Gap says that the history between a cursor and now cannot be given.
type Gap struct {
	Type   EventType `json:"type"`
	Reason GapReason `json:"reason"`
}

// GapReason says why a cursor cannot be resumed.
type GapReason string

// The reasons of a gap.
const (
	// GapExpired: the cursor is older than what is kept (R2).
	GapExpired GapReason = "cursorExpired"
	// GapEpoch: the cursor belongs to another history, before a restore (R3).
	GapEpoch GapReason = "otherEpoch"
	// GapFuture: the cursor is ahead of this history (R3).
	GapFuture GapReason = "cursorFromTheFuture"
	// GapMalformed: that is no cursor.
	GapMalformed GapReason = "malformedCursor"
)

// Draining tells a client when to connect again.
type Draining struct {
	Type EventType `json:"type"`
	// ReconnectAfterMs spreads the clients: wait this long, then connect.
	ReconnectAfterMs int64 `json:"reconnectAfterMs"`
}
