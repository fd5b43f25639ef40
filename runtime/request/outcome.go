package request

// Outcome is the answer to a command.
type Outcome string

// The outcomes that changed the document.
const (
	// Opened: a new request was made of the message (T01, T06).
	Opened Outcome = "opened"
	// Appended: the message joined an open request (T03 to T05).
	Appended Outcome = "appended"
	// Sent: the message is on its way to the customer.
	Sent Outcome = "sent"
	// Noted: what the system found out is part of the request.
	Noted Outcome = "noted"
	// Joined: the agent is a member now.
	Joined Outcome = "joined"
	// Left: the agent is no member any more.
	Left Outcome = "left"
	// Removed: the agent whom the command names is no member any more.
	Removed Outcome = "removed"
	// Released: nobody is a member any more (T24).
	Released Outcome = "released"
	// Ended: the request is closed now.
	Ended Outcome = "closed"
	// Transferred: it is closed, and goes on as another one (T28).
	Transferred Outcome = "transferred"
	// Offered: somebody has been asked to come in.
	Offered Outcome = "offered"
	// Declined, Withdrawn, Lapsed: the offer is over.
	Declined  Outcome = "declined"
	Withdrawn Outcome = "withdrawn"
	Lapsed    Outcome = "lapsed"
	// WrappedUp: the reasons are noted.
	WrappedUp Outcome = "wrappedUp"
)

// The outcomes that left the document as it was, and published nothing (INV7, N10).
const (
	// AlreadyMember: nothing to do, the agent is a member (T13).
	AlreadyMember Outcome = "alreadyMember"
	// AlreadyClosed: nothing to do, the request is closed (T17, T20).
	AlreadyClosed Outcome = "alreadyClosed"
	// Gone: a closed request cannot be joined (T12), nor anything else be done in it.
	Gone Outcome = "gone"
	// Grabbed: it belongs to somebody else (T09).
	Grabbed Outcome = "grabbed"
	// NotAMember: only members can do that (T16).
	NotAMember Outcome = "notAMember"
	// NoSuchMember: whom the command names is no member.
	NoSuchMember Outcome = "noSuchMember"
	// Forbidden: the list's policy does not let this agent do that (T19).
	Forbidden Outcome = "forbidden"
	// Full: the request has MaxMembers members.
	Full Outcome = "full"
	// AtCapacity: the agent holds as many requests as they may (decision 4).
	AtCapacity Outcome = "atCapacity"
	// TooLong: the message has more code points than the channel takes (T32).
	TooLong Outcome = "tooLong"
	// NoOutbound: the channel has no way back to its customers.
	NoOutbound Outcome = "noOutbound"
	// SameList: the request is on that list already.
	SameList Outcome = "sameList"
	// NotActive: nobody is in the request who could offer a place in it.
	NotActive Outcome = "notActive"
	// Away: the agent to whom a place is offered is not connected (T30).
	Away Outcome = "away"
	// TooManyOffers: MaxOffers places are offered already.
	TooManyOffers Outcome = "tooManyOffers"
	// UnknownOffer: there was no such offer, or none to this agent.
	UnknownOffer Outcome = "unknownOffer"
	// OfferOver: the offer was taken, taken back, or nobody took it in time.
	OfferOver Outcome = "offerOver"
	// NoWrapUp: the list asks for none.
	NoWrapUp Outcome = "noWrapUp"
	// UnknownReason: the list has no such wrap-up reason, or too many are given.
	UnknownReason Outcome = "unknownReason"
	// WrapUpOver: it was done, or its time is over.
	WrapUpOver Outcome = "wrapUpOver"
	// NotDue: the time has not come (G7, C6), or what it was for is over.
	NotDue Outcome = "notDue"
	// NoRequest: there is no such request.
	NoRequest Outcome = "noRequest"
)

// changes are the outcomes that write a document.
var changes = map[Outcome]bool{
	Opened: true, Appended: true, Sent: true, Noted: true, Joined: true, Left: true, Removed: true, Released: true, Ended: true,
	Transferred: true, Offered: true, Declined: true, Withdrawn: true, Lapsed: true, WrappedUp: true,
}

// OK says whether the outcome is what the actor wanted, at once or already.
func (o Outcome) OK() bool { return changes[o] || o == AlreadyMember || o == AlreadyClosed }

// Decision is what a command comes to.
type Decision struct {
	Outcome Outcome
	// Next is the document to write; nil when nothing changes.
	Next *Document
	// Successor is the request that goes on on another list, in the place of Next,
	// which is closed (T28).
	Successor *Document
	// Message is the message to keep beside it, Dropped the numbers of those
	// that are no longer kept.
	Message *Message
	Dropped []int64
	// Raised says that the alert of the request, or of its Successor, is raised by
	// this (N4).
	Raised bool
	// Repeated says that the outcome is an earlier one's, found by the
	// command's key, and Ref what that one made: the id of an offer or a
	// successor, or the number of a message.
	Repeated bool
	Ref      string
	// Blocker is the member because of whom the outcome is Grabbed.
	Blocker *Member
	// OverCapacity says that the agent came in over their limit (decision 4).
	OverCapacity bool
}
