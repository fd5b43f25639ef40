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
	// Join makes an agent a member (T07, T08, T11 to T13).
	Join Kind = "join"
	// Leave ends a membership (T14 to T17).
	Leave Kind = "leave"
	// Close is an agent ending the request (T18 to T20).
	Close Kind = "close"
	// EndSession is the customer ending it (T21).
	EndSession Kind = "endSession"
	// Expire ends a request whose customer has been silent for too long (T22).
	Expire Kind = "expire"
)

// Command is one thing that somebody wants done with a request.
type Command struct {
	Kind  Kind
	Actor Actor
	// Key makes a repeat of the command find the first one's outcome; empty for
	// none. It is the actor's own, two actors may use the same.
	Key string
	// Message and Customer belong to Receive.
	Message  Message
	Customer Customer
	// Rights belong to commands of agents.
	Rights Rights
}

// Rights is what the acting agent may do on the request's list at the moment of
// the command.
type Rights struct {
	Role       snapshot.Role
	Subscribed bool
}

// Place is what a new request needs to know of where it lands.
type Place struct {
	ID, List, Channel, ChannelType string
}

// Env is what the rules need of the world, given to them so that they read no
// clock and make no id themselves.
type Env struct {
	Now   time.Time
	Place Place
	// ClosePolicy and AutoCloseAfter are the list's at the moment of the
	// command.
	ClosePolicy    snapshot.ClosePolicy
	AutoCloseAfter time.Duration
}

// Outcome is the answer to a command.
type Outcome string

// The outcomes. The first group changed the document; the second left it as it
// was and published nothing (INV7, N10).
const (
	// Opened: a new request was made of the message (T01, T06).
	Opened Outcome = "opened"
	// Appended: the message joined an open request (T03 to T05).
	Appended Outcome = "appended"
	// Joined: the agent is a member now.
	Joined Outcome = "joined"
	// Left: the agent is no member any more.
	Left Outcome = "left"
	// Ended: the request is closed now.
	Ended Outcome = "closed"

	// AlreadyMember: nothing to do, the agent is a member (T13).
	AlreadyMember Outcome = "alreadyMember"
	// AlreadyClosed: nothing to do, the request is closed (T17, T20).
	AlreadyClosed Outcome = "alreadyClosed"
	// Gone: a closed request cannot be joined (T12).
	Gone Outcome = "gone"
	// NotAMember: only members can leave (T16).
	NotAMember Outcome = "notAMember"
	// Forbidden: the list's closePolicy does not let this agent close (T19).
	Forbidden Outcome = "forbidden"
	// Full: the request has MaxMembers members.
	Full Outcome = "full"
	// NotDue: the customer has not been silent for long enough (G7, C6).
	NotDue Outcome = "notDue"
	// NoRequest: there is no such request.
	NoRequest Outcome = "noRequest"
)

// OK says whether the outcome is what the actor wanted, at once or already.
func (o Outcome) OK() bool {
	switch o {
	case Opened, Appended, Joined, Left, Ended, AlreadyMember, AlreadyClosed:
		return true
	}
	return false
}

// Decision is what a command comes to.
type Decision struct {
	Outcome Outcome
	// Next is the document to write; nil when nothing changes.
	Next *Document
	// Message is the message to keep beside it, Dropped the numbers of those
	// that are no longer kept.
	Message *Message
	Dropped []int64
	// Repeated says that the outcome is an earlier one's, found by the
	// command's key.
	Repeated bool
}
