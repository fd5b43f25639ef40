package request

import (
	"time"

	"github.com/pullmode/operator/runtime/snapshot"
)

// Kind is what a command asks for, and what a change was.
type Kind string

// The kinds of commands.
const (
	// Receive is a message of the customer (T01 to T06).
	Receive Kind = "message"
	// Say is a message of a member to the customer (T32, C1).
	Say Kind = "agentMessage"
	// DeliveryFailed says that a member's message could not be delivered.
	DeliveryFailed Kind = "deliveryFailed"

	// Join makes an agent a member (T07 to T13).
	Join Kind = "join"
	// Leave ends a membership (T14 to T17).
	Leave Kind = "leave"
	// Logout ends it because the agent goes home (T27).
	Logout Kind = "logout"
	// Disconnect ends it because the agent has been away for too long (T26).
	Disconnect Kind = "disconnect"
	// Remove ends it because an Admin says so (section 4).
	Remove Kind = "remove"
	// Revoke ends it because the agent may not use the list any more (section 4, L7).
	Revoke Kind = "revoke"
	// ResponseTimeout ends all of them, because nobody has answered the customer
	// in time (T24).
	ResponseTimeout Kind = "responseTimeout"

	// Close is an agent ending the request (T18 to T20).
	Close Kind = "close"
	// EndSession is the customer ending it (T21).
	EndSession Kind = "endSession"
	// Expire ends a request whose customer has been silent for too long (T22).
	Expire Kind = "expire"
	// CustomerTimeout ends a request whose customer does not answer an agent (T23).
	CustomerTimeout Kind = "customerTimeout"
	// ForceClose ends a request whose list is deleted (L2), or because somebody who
	// runs the platform says so.
	ForceClose Kind = "forceClose"
	// Transfer moves the customer to another list, as a new request (T28, L2).
	Transfer Kind = "transfer"

	// TransferTo offers the sender's place to another agent (T29, T30).
	TransferTo Kind = "transferTo"
	// Invite offers a place beside the sender's (T31).
	Invite Kind = "invite"
	// Accept takes an offer, Decline turns it down, Withdraw takes it back, and
	// Lapse is what becomes of one that nobody took in time (T29 to T31).
	Accept   Kind = "accept"
	Decline  Kind = "decline"
	Withdraw Kind = "withdraw"
	Lapse    Kind = "lapse"

	// WrapUp is an agent saying what the request was about (T33).
	WrapUp Kind = "wrapUp"
	// WrapUpTimeout is the default reason for who did not (T33).
	WrapUpTimeout Kind = "wrapUpTimeout"
)

// Command is one thing that somebody wants done with a request.
type Command struct {
	Kind  Kind
	Actor Actor
	// Key makes a repeat of the command find the first one's outcome; empty for
	// none. It is the actor's own, two actors may use the same.
	Key string
	// Message belongs to Receive and Say, Customer to Receive.
	Message  Message
	Customer Customer
	// Rights belong to commands of agents.
	Rights Rights
	// Target is whom the command is about: the agent who is removed, or to whom or
	// which list a place is offered or the request transferred.
	Target Target
	// Offer is the id of the offer that is accepted, declined, withdrawn or lapses.
	Offer string
	// Reasons and Note belong to WrapUp.
	Reasons []string
	Note    string
	// Number belongs to DeliveryFailed.
	Number int64
}

// Target is an agent or a list.
type Target struct {
	Agent string
	List  string
	// Away says that the agent has no connection, so that nothing can be offered
	// to them (T30).
	Away bool
	// Grab says that the list gives requests to the first who joins.
	Grab bool
}

// Rights is what the acting agent may do on the request's list at the moment of
// the command.
type Rights struct {
	Role       snapshot.Role
	Subscribed bool
	// Addressed says that an offer to a list is one to the acting agent.
	Addressed bool
}

// Place is what a new request needs to know of where it lands.
type Place struct {
	ID, List, Channel, ChannelType string
}

// Env is what the rules need of the world, given to them so that they read no
// clock, make no id and know no configuration themselves.
type Env struct {
	Now time.Time
	// Place is where a new request lands: of a message (T01, T06), or of a transfer
	// (T28).
	Place Place
	// List is the request's list as it is at the moment of the command; nil when
	// there is none any more. For a new request it is the one on which it lands.
	List *snapshot.List
	// Channel is the request's; nil when there is none any more.
	Channel *snapshot.Channel
	// OfferTimeout is how long an offer stands.
	OfferTimeout time.Duration
	// ReopenOf is the request that a new one goes on from (T06b).
	ReopenOf string
	// Held and Limit are how many requests of the domain the agent who comes in
	// has, and may have.
	Held, Limit int
}

// grab says whether the list gives a request to the first who joins. What a list
// that is gone did last still holds.
func (e Env) grab(d *Document) bool {
	if e.List == nil {
		return d.Grab
	}
	return e.List.Grab()
}
