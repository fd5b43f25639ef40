package request

import "time"

// Bounds of a document, so that it stays small enough to be written on every
// change.
const (
	// MaxMembers is how many agents can be in one request at once.
	MaxMembers = 250
	// MaxOffers is how many offers of one request can stand at once.
	MaxOffers = 16
	// recentCommands is how many commands a document remembers. An agent
	// repeats a command within seconds, and the members of a request do little
	// in that time.
	recentCommands = 16
)

// none stands for a request that does not exist.
const none State = ""

// rule is one row's action. It may change turn.next freely: it is a copy.
type rule func(t *turn) Outcome

// turn is one command being decided.
type turn struct {
	Command
	env  Env
	next *Document
	// decision gets what is beside the document.
	decision Decision
}

// rules is the transition table: what each command does in each state. A cell
// that is missing answers NoRequest.
var rules = map[Kind]map[State]rule{
	Receive: {
		none:     open,    // T01, T02
		Unread:   receive, // T03
		Active:   receive, // T04
		Inactive: receive, // T05
		Closed:   open,    // T06, T06b: a new incarnation, with a new id
	},
	Say: {
		Unread: answer(NotAMember), Active: say, Inactive: answer(NotAMember), // T32
		Closed: answer(Gone),
	},
	DeliveryFailed: {
		Unread: fail, Active: fail, Inactive: fail,
		Closed: answer(NotDue),
	},

	Join: {
		Unread:   join,         // T07
		Active:   join,         // T08 to T10, T13
		Inactive: join,         // T11
		Closed:   answer(Gone), // T12
	},
	Leave: {
		Unread:   answer(NotAMember),    // T16
		Active:   leave,                 // T14, T15, T16
		Inactive: answer(NotAMember),    // T16
		Closed:   answer(AlreadyClosed), // T17
	},
	Logout: { // T27
		Unread: answer(NotAMember), Active: leave, Inactive: answer(NotAMember), Closed: answer(AlreadyClosed),
	},
	Disconnect: { // T26
		Unread: answer(NotDue), Active: letGo, Inactive: answer(NotDue), Closed: answer(NotDue),
	},
	Revoke: { // L7, section 4
		Unread: answer(NotDue), Active: letGo, Inactive: answer(NotDue), Closed: answer(NotDue),
	},
	Remove: { // section 4
		Unread: remove, Active: remove, Inactive: remove, Closed: answer(AlreadyClosed),
	},
	ResponseTimeout: { // T24
		Unread: answer(NotDue), Active: responseTimeout, Inactive: answer(NotDue), Closed: answer(NotDue),
	},

	Close: {
		Unread: closeByAgent, Active: closeByAgent, Inactive: closeByAgent, // T18, T19
		Closed: answer(AlreadyClosed), // T20
	},
	EndSession: { // T21
		Unread: closeFor(ClosedByCustomer), Active: closeFor(ClosedByCustomer), Inactive: closeFor(ClosedByCustomer),
		Closed: answer(AlreadyClosed),
	},
	Expire:          {Unread: expire, Active: expire, Inactive: expire, Closed: answer(AlreadyClosed)},                            // T22
	CustomerTimeout: {Unread: customerTimeout, Active: customerTimeout, Inactive: customerTimeout, Closed: answer(AlreadyClosed)}, // T23
	ForceClose: { // L2
		Unread: closeFor(ClosedByForce), Active: closeFor(ClosedByForce), Inactive: closeFor(ClosedByForce),
		Closed: answer(AlreadyClosed),
	},
	Transfer: {Unread: transfer, Active: transfer, Inactive: transfer, Closed: answer(Gone)}, // T28

	TransferTo:    {Unread: answer(NotActive), Active: offer(OfferTransfer), Inactive: answer(NotActive), Closed: answer(Gone)}, // T29
	Invite:        {Unread: answer(NotActive), Active: offer(OfferInvite), Inactive: answer(NotActive), Closed: answer(Gone)},   // T31
	Accept:        {Unread: answer(OfferOver), Active: accept, Inactive: answer(OfferOver), Closed: answer(Gone)},               // T29, T31
	Decline:       {Unread: answer(OfferOver), Active: decline, Inactive: answer(OfferOver), Closed: answer(OfferOver)},         // T30
	Withdraw:      {Unread: answer(OfferOver), Active: withdraw, Inactive: answer(OfferOver), Closed: answer(OfferOver)},        // T30
	Lapse:         {Unread: answer(NotDue), Active: lapse, Inactive: answer(NotDue), Closed: answer(NotDue)},                    // T30
	WrapUp:        {Unread: answer(NotAMember), Active: wrapUp, Inactive: wrapUp, Closed: wrapUp},                               // T33
	WrapUpTimeout: {Unread: answer(NotDue), Active: wrapUpTimeout, Inactive: wrapUpTimeout, Closed: wrapUpTimeout},              // T33
}

// Decide says what a command comes to. The document is not changed; nil stands
// for a request that does not exist.
func Decide(d *Document, c Command, env Env) Decision {
	state := none
	if d != nil {
		state = d.State
	}
	apply, known := rules[c.Kind][state]
	if !known {
		return Decision{Outcome: NoRequest}
	}
	if done, found := find(d, c); found {
		return Decision{Outcome: done.Outcome, Repeated: true, Ref: done.Ref}
	}
	env.Now = notBefore(env.Now, d)
	t := &turn{Command: c, env: env, next: &Document{}}
	wasExclusive := false
	if d != nil {
		t.next, wasExclusive = d.clone(), d.Exclusive()
	}
	t.next.Last = Change{}
	t.decision.Outcome = apply(t)
	if !changes[t.decision.Outcome] {
		t.decision.Successor = nil
		return t.decision
	}
	next := t.next
	if next.Version == 0 { // a new incarnation knows nothing of the one before
		state, wasExclusive = none, false
	}
	t.dropOffers()
	next.Version++
	next.Grab = env.grab(next)
	next.Last.Kind, next.Last.Actor, next.Last.At = c.Kind, c.Actor, env.Now
	next.Last.From, next.Last.WasExclusive = state, wasExclusive
	t.decision.Raised = next.Last.Raised || t.decision.Successor != nil
	remember(next, c, t.decision)
	t.decision.Next = next
	return t.decision
}

// notBefore keeps a request's times in order when the wall clock jumps back.
func notBefore(now time.Time, d *Document) time.Time {
	now = now.UTC().Truncate(time.Millisecond)
	if d != nil && now.Before(d.Last.At) {
		return d.Last.At
	}
	return now
}

func answer(o Outcome) rule { return func(*turn) Outcome { return o } }

// over says whether more than a time has passed since a start: exactly that long
// is not over yet (C2, C6).
func (t *turn) over(start time.Time, after time.Duration) bool {
	return t.env.Now.Sub(start) > after
}
