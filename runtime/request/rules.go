package request

import (
	"slices"
	"time"
)

// Bounds of a document, so that it stays small enough to be written on every
// change.
const (
	// MaxMembers is how many agents can be in one request at once.
	MaxMembers = 250
	// recentCommands is how many commands a document remembers. An agent
	// repeats a command within seconds, and the members of a request do little
	// in that time.
	recentCommands = 16
)

// none stands for a request that does not exist.
const none State = ""

// rule is one row's action. It may change next freely: it is a copy.
type rule func(next *Document, c Command, env Env) Outcome

// rules is the transition table: what each command does in each state. A cell
// that is missing answers NoRequest.
var rules = map[Kind]map[State]rule{
	Receive: {
		none:     open,    // T01, T02
		Unread:   receive, // T03
		Active:   receive, // T04
		Inactive: receive, // T05
		Closed:   open,    // T06: a new incarnation, with a new id
	},
	Join: {
		Unread:   join,            // T07
		Active:   join,            // T08, T13
		Inactive: join,            // T11
		Closed:   unchanged(Gone), // T12
	},
	Leave: {
		Unread:   unchanged(NotAMember),    // T16
		Active:   leave,                    // T14, T15, T16
		Inactive: unchanged(NotAMember),    // T16
		Closed:   unchanged(AlreadyClosed), // T17
	},
	Close: {
		Unread:   closeByAgent, // T18, T19
		Active:   closeByAgent,
		Inactive: closeByAgent,
		Closed:   unchanged(AlreadyClosed), // T20
	},
	EndSession: {
		Unread:   closeBy(ClosedByCustomer), // T21
		Active:   closeBy(ClosedByCustomer),
		Inactive: closeBy(ClosedByCustomer),
		Closed:   unchanged(AlreadyClosed),
	},
	Expire: {
		Unread:   expire, // T22
		Active:   expire,
		Inactive: expire,
		Closed:   unchanged(AlreadyClosed),
	},
}

// changes are the outcomes that write a document.
var changes = []Outcome{Opened, Appended, Joined, Left, Ended}

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
		return Decision{Outcome: done.Outcome, Repeated: true}
	}
	next := &Document{}
	if d != nil {
		next = d.clone()
	}
	env.Now = notBefore(env.Now, d)
	outcome := apply(next, c, env)
	if !slices.Contains(changes, outcome) {
		return Decision{Outcome: outcome}
	}
	decision := Decision{Outcome: outcome, Next: next}
	if c.Kind == Receive {
		decision.Message, decision.Dropped = keep(next, c, env)
	}
	next.Version++
	next.Last.Kind, next.Last.Actor, next.Last.At, next.Last.From = c.Kind, c.Actor, env.Now, state
	if outcome == Opened {
		next.Last.From = none
	}
	remember(next, c, outcome)
	return decision
}

// notBefore keeps a request's times in order when the wall clock jumps back.
func notBefore(now time.Time, d *Document) time.Time {
	now = now.UTC().Truncate(time.Millisecond)
	if d != nil && now.Before(d.Last.At) {
		return d.Last.At
	}
	return now
}

func unchanged(o Outcome) rule {
	return func(*Document, Command, Env) Outcome { return o }
}

// open makes a new request (T01, T06). Whatever was known of an earlier
// incarnation is over.
func open(next *Document, c Command, env Env) Outcome {
	*next = Document{
		ID: env.Place.ID, List: env.Place.List, Channel: env.Place.Channel, ChannelType: env.Place.ChannelType,
		Customer: c.Customer, State: Unread,
		OpenedAt: env.Now, WaitingSince: &env.Now, LastCustomerAt: env.Now,
	}
	return Opened
}

// receive takes a further message in whatever state the request is (T03 to T05).
// It never notifies the list again; members see it. The oldest unanswered message
// keeps the waiting clock (C1), the newest moves the auto-close clock (C6).
func receive(next *Document, c Command, env Env) Outcome {
	next.LastCustomerAt = env.Now
	if next.WaitingSince == nil {
		next.WaitingSince = &env.Now
	}
	if !c.Customer.Anonymous {
		next.Customer.Name, next.Customer.Anonymous = c.Customer.Name, false
	}
	if c.Customer.Attributes != nil {
		next.Customer.Attributes = c.Customer.Attributes
	}
	next.Last.Released = nil
	return Appended
}

// join makes the agent a member (T07, T08, T11), once (T13).
func join(next *Document, c Command, env Env) Outcome {
	switch {
	case next.Member(c.Actor.Name):
		return AlreadyMember
	case len(next.Members) >= MaxMembers:
		return Full
	}
	next.Members = append(next.Members, Member{Agent: c.Actor.Name, JoinedAt: env.Now})
	if !next.EverJoined {
		next.EverJoined, next.FirstJoinedAt = true, &env.Now
	}
	next.State = Active
	next.Last.Released = nil
	return Joined
}

// leave ends a membership; the last one to leave makes the request INACTIVE
// (T14, T15).
func leave(next *Document, c Command, _ Env) Outcome {
	if !next.Member(c.Actor.Name) {
		return NotAMember
	}
	next.Members = slices.DeleteFunc(next.Members, func(m Member) bool { return m.Agent == c.Actor.Name })
	if len(next.Members) == 0 {
		next.Members, next.State = nil, Inactive
	}
	next.Last.Released = []string{c.Actor.Name}
	return Left
}

// closeByAgent closes for who may (T18, T19).
func closeByAgent(next *Document, c Command, env Env) Outcome {
	if !mayClose(next, c, env.ClosePolicy) {
		return Forbidden
	}
	return end(next, ClosedByAgent, env)
}

func closeBy(reason CloseReason) rule {
	return func(next *Document, _ Command, env Env) Outcome { return end(next, reason, env) }
}

// expire closes a request whose customer has been silent for more than
// AutoCloseAfter: exactly that long is still open (C6).
func expire(next *Document, _ Command, env Env) Outcome {
	if env.AutoCloseAfter <= 0 || env.Now.Sub(next.LastCustomerAt) <= env.AutoCloseAfter {
		return NotDue
	}
	return end(next, ClosedByInactivity, env)
}

// end closes the request and lets its members go (INV4).
func end(next *Document, reason CloseReason, env Env) Outcome {
	next.Last.Released = nil
	for _, m := range next.Members {
		next.Last.Released = append(next.Last.Released, m.Agent)
	}
	next.Members, next.State, next.Reason = nil, Closed, reason
	next.ClosedAt, next.WaitingSince = &env.Now, nil
	return Ended
}
