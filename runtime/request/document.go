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
	// Thread is the id under which the messages are kept: that of the first
	// incarnation, so that a transferred request keeps them.
	Thread string `json:"thread,omitempty"`
	// ReopenOf, TransferredFrom and TransferredTo name other incarnations (T06b,
	// T28).
	ReopenOf        string `json:"reopenOf,omitempty"`
	TransferredFrom string `json:"transferredFrom,omitempty"`
	TransferredTo   string `json:"transferredTo,omitempty"`
	// WaitingSince is the first customer message that nobody has answered (C1).
	WaitingSince   *time.Time `json:"waitingSince,omitempty"`
	LastCustomerAt time.Time  `json:"lastCustomerAt"`
	// LastAgentAt is the last message of a member (C7).
	LastAgentAt *time.Time `json:"lastAgentAt,omitempty"`
	// FirstJoinedAt ends the time that only UNREAD counts (C10); LastJoinedAt
	// grants a fresh response time (T24).
	FirstJoinedAt *time.Time `json:"firstJoinedAt,omitempty"`
	LastJoinedAt  *time.Time `json:"lastJoinedAt,omitempty"`
	Members       []Member   `json:"members,omitempty"`
	// EverJoined tells INACTIVE from UNREAD (INV1, INV3).
	EverJoined bool `json:"everJoined,omitempty"`
	// Grab is the list's joinPolicy as it was at the last change.
	Grab     bool        `json:"grab,omitempty"`
	Alert    Alert       `json:"alert,omitzero"`
	Offers   []Offer     `json:"offers,omitempty"`
	Offered  int64       `json:"offered,omitempty"` // how many offers there have been
	WrapUps  []Wrapped   `json:"wrapUps,omitempty"`
	ClosedAt *time.Time  `json:"closedAt,omitempty"`
	Reason   CloseReason `json:"closeReason,omitempty"`
	Messages Window      `json:"messages"`
	Last     Change      `json:"last"`
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
	// Owner is the Representative who grabbed the request, or took the place of
	// the one who did (INV6).
	Owner bool `json:"owner,omitempty" doc:"The Representative who grabbed the request."`
	// Invited came by an offer, Admin as an Admin of the list: neither keeps others
	// from grabbing.
	Invited bool `json:"invited,omitempty" doc:"The agent was invited, or the request transferred to them."`
	Admin   bool `json:"admin,omitempty" doc:"The agent joined a Grab list as its Admin."`
}

// CloseReason says what ended a request.
type CloseReason string

// The close reasons, in the published contract's words.
const (
	ClosedByAgent      CloseReason = "AGENT"
	ClosedByCustomer   CloseReason = "CUSTOMER"
	ClosedByInactivity CloseReason = "INACTIVITY"
	ClosedByForce      CloseReason = "FORCE_CLOSED"
	ClosedByTransfer   CloseReason = "TRANSFERRED"
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
	// WasExclusive says whether the request was the owner's alone before (N12).
	WasExclusive bool `json:"wasExclusive,omitempty"`
	// Raised says that the alert was raised (again) by this (N4).
	Raised bool `json:"raised,omitempty"`
	// Offers are those that were made or ended by this.
	Offers []OfferChange `json:"offers,omitempty"`
	// WrapUp is the agent whose wrap-up this was.
	WrapUp string `json:"wrapUp,omitempty"`
	// Message is the number of the message that this is about.
	Message int64 `json:"message,omitempty"`
}

// ActorKind says what sort of party acted.
type ActorKind string

// The kinds of actors.
const (
	CustomerActor ActorKind = "customer"
	AgentActor    ActorKind = "agent"
	SystemActor   ActorKind = "system"
	// OperatorActor is a person who runs the platform, at the port for that.
	OperatorActor ActorKind = "operator"
)

// Actor is who did something.
type Actor struct {
	Kind ActorKind `json:"kind"`
	Name string    `json:"name"`
}

// Open says whether the request still waits for or has agents.
func (d *Document) Open() bool { return d.State != Closed }

// Member says whether the agent has joined and not left.
func (d *Document) Member(agent string) bool { return d.Membership(agent) != nil }

// Membership is the agent's, nil when there is none. Who decides a command may change
// it; for all others it is to be read.
func (d *Document) Membership(agent string) *Member {
	for i := range d.Members {
		if d.Members[i].Agent == agent {
			return &d.Members[i]
		}
	}
	return nil
}

// MessageThread is the id under which the request's messages are kept.
func (d *Document) MessageThread() string {
	if d.Thread != "" {
		return d.Thread
	}
	return d.ID
}

// clone copies what a rule may change. Customer attributes are replaced whole,
// never written into, so they are shared.
func (d *Document) clone() *Document {
	c := *d
	c.Members = slices.Clone(d.Members)
	c.Recent = slices.Clone(d.Recent)
	c.Offers = slices.Clone(d.Offers)
	c.WrapUps = slices.Clone(d.WrapUps)
	c.Alert.Joiners = slices.Clone(d.Alert.Joiners)
	c.Messages.Sizes = slices.Clone(d.Messages.Sizes)
	return &c
}
