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
	// EventRemoved: the request is somebody else's now; drop its row and its alert
	// (N6, N12).
	EventRemoved EventType = "request.removed"
	// EventAlertWithdrawn: alerts that this agent has dismissed, here or on another
	// device (N5).
	EventAlertWithdrawn EventType = "alert.withdrawn"
	// EventOffer: an offer to this agent, or of theirs, was made or has ended (T29
	// to T31).
	EventOffer EventType = "offer"
	// EventPresence: whether the customer of a request is there, to its members.
	EventPresence EventType = "customer.presence"
	// EventListsChanged: what this agent is subscribed to, or may be, is
	// different now. A snapshot of the lists that were added follows.
	EventListsChanged EventType = "lists.changed"
	// EventGap: the cursor cannot be resumed; a snapshot follows (R2, R3).
	EventGap EventType = "gap"
	// EventReplaced: the agent has connected elsewhere, and this connection ends (R6).
	EventReplaced EventType = "replaced"
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
	// Alert says that an alert is to be raised; AlertGeneration counts those of the
	// request (N4).
	Alert           bool  `json:"alert,omitempty"`
	AlertGeneration int64 `json:"alertGeneration,omitempty"`
	// Released are the agents whom the event let go.
	Released []string `json:"released,omitempty"`
	// GrabbedBy and GrabbedAt are set in request.removed.
	GrabbedBy string     `json:"grabbedBy,omitempty"`
	GrabbedAt *time.Time `json:"grabbedAt,omitempty"`
	// Offer and Status are set in offer, and By where somebody accepted or declined.
	Offer  *Offer              `json:"offer,omitempty"`
	Status request.OfferStatus `json:"status,omitempty"`
	By     string              `json:"by,omitempty"`
	// Presence is set in customer.presence.
	Presence *Presence `json:"presence,omitempty"`
}

// AlertWithdrawn tells an agent's devices which alerts are dismissed.
type AlertWithdrawn struct {
	Type EventType `json:"type"`
	// Request is the one whose alert it was; with All it was every alert.
	Request string `json:"request,omitempty"`
	All     bool   `json:"all,omitempty"`
}

// Replaced is the last event of a connection whose agent has connected elsewhere.
type Replaced struct {
	Type EventType `json:"type"`
}

// Snapshot is one part of what an agent sees at one moment.
type Snapshot struct {
	Type EventType `json:"type"`
	// Reason says why there is a snapshot: connected, gap, or the lists changed.
	Reason SnapshotReason `json:"reason"`
	// Lists are all lists that the agent may use; in the first part only.
	Lists []List `json:"lists,omitempty"`
	// Offers are those that stand for the agent, and theirs; in the first part of a
	// snapshot of everything.
	Offers []*Offer `json:"offers,omitempty"`
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
	// GapEpoch: the cursor belongs to another history: from before a restore, or from
	// what an older copy of the store's data has taken the place of (R3).
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
