// Package request is the state machine of one customer's request: a pure
// function from a document and a command to the next document. It does no I/O
// and reads no clock, so that every rule can be tested as a row of a table and
// every replica that is given the same document decides the same.
//
// The rules and their ids (T01, INV3, ...) are those of the project's semantics.
package request

import (
	"slices"
	"time"
)

// State is where a request stands.
type State string

// The states (INV1 to INV4).
const (
	// Unread: open, and nobody has joined yet.
	Unread State = "UNREAD"
	// Active: open, with at least one member.
	Active State = "ACTIVE"
	// Inactive: open, everybody who had joined has left.
	Inactive State = "INACTIVE"
	// Closed: over. Terminal for this id.
	Closed State = "CLOSED"
)

// Document is everything there is to know about a request. It is one value in
// the store; whatever happened last is part of it, so that a change of the
// document is its own event.
type Document struct {
	ID          string   `json:"id"`
	List        string   `json:"list"`
	Channel     string   `json:"channel"`
	ChannelType string   `json:"channelType"`
	Customer    Customer `json:"customer"`
	State       State    `json:"state"`
	// Version counts accepted commands, from 1 (INV7).
	Version  int64     `json:"version"`
	OpenedAt time.Time `json:"openedAt"`
	// WaitingSince is the first customer message that nobody has answered (C1).
	WaitingSince   *time.Time `json:"waitingSince,omitempty"`
	LastCustomerAt time.Time  `json:"lastCustomerAt"`
	// FirstJoinedAt ends the time that only UNREAD counts (C10).
	FirstJoinedAt *time.Time `json:"firstJoinedAt,omitempty"`
	Members       []Member   `json:"members,omitempty"`
	// EverJoined tells INACTIVE from UNREAD (INV1, INV3).
	EverJoined bool        `json:"everJoined,omitempty"`
	ClosedAt   *time.Time  `json:"closedAt,omitempty"`
	Reason     CloseReason `json:"closeReason,omitempty"`
	Messages   Window      `json:"messages"`
	Last       Change      `json:"last"`
	// Recent are the last commands that were carried out, so that a repeat of
	// one finds its answer instead of a second effect.
	Recent []Done `json:"recent,omitempty"`
}

// Customer is who wrote, as the channel's connector names them.
type Customer struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	// Anonymous says that Name is the channel's, because the customer gave none.
	Anonymous  bool              `json:"anonymous,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty"`
}

// Member is an agent who has joined and not left.
type Member struct {
	Agent    string    `json:"agent"`
	JoinedAt time.Time `json:"joinedAt"`
}

// CloseReason says what ended a request.
type CloseReason string

// The close reasons, in the published contract's words.
const (
	ClosedByAgent      CloseReason = "AGENT"
	ClosedByCustomer   CloseReason = "CUSTOMER"
	ClosedByInactivity CloseReason = "INACTIVITY"
)

// Change is what happened last.
type Change struct {
	Kind  Kind  `json:"kind"`
	Actor Actor `json:"actor"`
	// From is the state before; empty for a new request.
	From State     `json:"from,omitempty"`
	At   time.Time `json:"at"`
	// Released are the agents who were members until now. A closed request has
	// no members (INV4), yet they have to be told.
	Released []string `json:"released,omitempty"`
}

// ActorKind says what sort of party acted.
type ActorKind string

// The kinds of actors.
const (
	CustomerActor ActorKind = "customer"
	AgentActor    ActorKind = "agent"
	SystemActor   ActorKind = "system"
)

// Actor is who did something.
type Actor struct {
	Kind ActorKind `json:"kind"`
	Name string    `json:"name"`
}

// Done is a command that was carried out.
type Done struct {
	Key     string  `json:"key"`
	Outcome Outcome `json:"outcome"`
}

// Open says whether the request still waits for or has agents.
func (d *Document) Open() bool { return d.State != Closed }

// Member says whether the agent has joined and not left.
func (d *Document) Member(agent string) bool {
	return slices.ContainsFunc(d.Members, func(m Member) bool { return m.Agent == agent })
}

// clone copies what a rule may change. Customer attributes are replaced whole,
// never written into, so they are shared.
func (d *Document) clone() *Document {
	c := *d
	c.Members = slices.Clone(d.Members)
	c.Recent = slices.Clone(d.Recent)
	c.Messages.Sizes = slices.Clone(d.Messages.Sizes)
	return &c
}
