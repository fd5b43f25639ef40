package conformance

import "slices"

// Rule is one rule of pull-mode routing, in one sentence.
type Rule struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// Rules are all rules, in the order of the semantics.
func Rules() []Rule {
	return slices.Concat(invariants, transitions, notifications, races, rights, clocks, live, recovery, features)
}

// RuleOf finds a rule by its id.
func RuleOf(id string) (Rule, bool) {
	all := Rules()
	i := slices.IndexFunc(all, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return Rule{}, false
	}
	return all[i], true
}

var invariants = []Rule{
	{"INV1", "A request is UNREAD exactly while it is open and nobody has ever joined it."},
	{"INV2", "A request is ACTIVE exactly while it is open and has members."},
	{"INV3", "A request is INACTIVE exactly while it is open and everybody who had joined has gone."},
	{"INV4", "CLOSED is for good: no members, on no list, and its id never opens again."},
	{"INV5", "A customer has at most one open request on a channel."},
	{"INV6", "A Grab list's request has at most one owner; Admins and invited agents are members who own nothing."},
	{"INV7", "A command that is accepted adds one to the version, any other one adds nothing."},
	{"INV8", "The API shows every state by its own name, from the row and from the events alike."},
	{"INV9", "States follow each other only as they may: never back to UNREAD, never from UNREAD to INACTIVE, and never out of CLOSED."},
}

var transitions = []Rule{
	{"T01", "A customer's first message opens a request, UNREAD, and every subscriber is told once."},
	{"T02", "Without a subscriber the request waits all the same, and is there for whoever comes."},
	{"T03", "A further message of a customer whom nobody has joined is told to nobody."},
	{"T04", "A message on an ACTIVE request goes to all of its members and to nobody else."},
	{"T05", "A message on an INACTIVE request is told to nobody."},
	{"T06", "After CLOSED the next message opens a new request with a new id, which is told like any."},
	{"T06b", "On a list that reopens, the new request names the closed one and starts without members."},
	{"T07", "The first join makes the request ACTIVE, tells the list once, and shows the joiner what was said."},
	{"T08", "A further join on a Collaboration list changes no state; the members learn of it."},
	{"T09", "A second Representative who would grab is refused, and told who has it since when."},
	{"T10", "An Admin may join a request that somebody has grabbed; the members learn of it."},
	{"T11", "A join makes an INACTIVE request ACTIVE again."},
	{"T12", "A closed request cannot be joined: it is gone."},
	{"T13", "Joining twice is joining once."},
	{"T14", "When one of several leaves, the request stays ACTIVE and the list is told once."},
	{"T15", "When the last one leaves, the request becomes INACTIVE."},
	{"T16", "Who is not a member cannot leave."},
	{"T17", "To leave what has been closed meanwhile is no error and changes nothing."},
	{"T18", "Who may close ends the request in any open state; members and list are told."},
	{"T19", "Who may not close is refused, and nothing changes."},
	{"T20", "Closing twice is closing once."},
	{"T21", "A customer who ends the session closes the request, with the reason CUSTOMER."},
	{"T22", "A customer who stays silent for longer than autoCloseAfter has the request closed, with the reason INACTIVITY."},
	{"T23", "A customer who does not answer an agent within the channel's customerActivityTimeout has the request closed, with the reason INACTIVITY."},
	{"T24", "Members who let a customer wait for longer than responseTime are all released; a join grants a fresh one."},
	{"T25", "A member whose connection breaks and comes back within the grace is a member still."},
	{"T26", "A member who stays away for longer than the grace is released, as if they had left."},
	{"T27", "A member who logs out leaves everything at once."},
	{"T28", "A transfer to a list closes the request there and opens a new one, UNREAD, on the other list."},
	{"T29", "A transfer to an agent who accepts puts them in the sender's place; the others stay."},
	{"T30", "A transfer that is declined, lapses or finds nobody leaves the sender a member, who is told."},
	{"T31", "An invited agent who accepts becomes a further member, on Grab lists too."},
	{"T32", "A member's message of as many code points as the channel allows is sent, and one with one more is refused."},
	{"T33", "A wrap-up is taken within its time, or the default applies; it changes no state and stops no clock."},
}

var notifications = []Rule{
	{"N1", "Who is subscribed at the moment of an event gets it, and nobody else; who comes later gets the present state."},
	{"N2", "Subscribing gives a snapshot of what is open; subscribing twice tells nothing new."},
	{"N3", "Unsubscribing ends the list's events and alerts, and no membership."},
	{"N4", "A request is announced once to each agent, also over reconnects, and is made up for when it was missed."},
	{"N5", "Dismissing takes away one's own alert and nothing else, on all devices and for good."},
	{"N6", "An alert stands until it is dismissed, the agent joins, or the request closes; on Grab lists the grab withdraws it from the losers."},
	{"N7", "Each request's events come in order: announced first, nothing after its close."},
	{"N8", "The stream goes on exactly where the snapshot ends."},
	{"N9", "Who acts is told like any subscriber, besides their answer."},
	{"N10", "A command that is refused or changes nothing publishes nothing."},
	{"N11", "An Admin of a Grab list gets no alerts and sees and joins every row."},
	{"N12", "What has been grabbed is out of sight for the other Representatives, until its owner leaves."},
	{"N13", "An event says which request, customer, list and state it is about, and when."},
}

var races = []Rule{
	{"G1", "Of many agents who grab at once exactly one wins, and all others are told the same winner and time."},
	{"G2", "A winner who repeats the command has won once; a loser who repeats it has lost, unless the owner has left."},
	{"G3", "Ownership passes only by leaving, timeouts, transfers and Admins."},
	{"G4", "Of many first joins at once all succeed, and the list is told once that the request is ACTIVE."},
	{"G5", "A join and a close at once end in CLOSED, in either order."},
	{"G6", "A last leave and a join at once end ACTIVE exactly when somebody is in."},
	{"G7", "A message at the moment of the automatic close either keeps the request open or opens the next, never both."},
	{"G8", "Two first messages at the same moment make one request."},
	{"G9", "The same message delivered twice has one effect."},
}

// The rights have no ids in the semantics beyond their section's number, so the
// suite numbers them.
var rights = []Rule{
	{"S4.1", "Only agents with access to a list subscribe to it and join its requests; others may invite them."},
	{"S4.2", "Who may close is the list's closePolicy, and Admins always may."},
	{"S4.3", "A Representative joins what is free or what they are invited to; an Admin sees and joins everything."},
	{"S4.4", "An Admin may remove a member and close what somebody has grabbed."},
	{"S4.5", "A member who loses access to the list is released."},
	{"S4.6", "What is not one's own is answered as if it did not exist."},
	{"S4.7", "Where capacity is enforced a join beyond the limit is refused; where it warns, the answer says so; a joined request always counts."},
}

var clocks = []Rule{
	{"C1", "Waiting counts from the oldest unanswered message, and only a member's message ends it."},
	{"C2", "Waiting counts before and between joins too, and its buckets begin strictly after the list's thresholds."},
	{"C3", "Nothing pauses a clock."},
	{"C4", "The clock is the request's: joins and leaves do not reset it."},
	{"C5", "Closing stops every clock; what reopens starts afresh."},
	{"C6", "The automatic close counts from the customer's last message alone, strictly longer than the limit."},
	{"C7", "An unanswered agent's message starts the inactivity clock, a customer's message stops it, and the earlier clock closes once."},
	{"C8", "Deadlines survive a restart, and those that passed meanwhile fire once."},
	{"C9", "Changed thresholds count for open requests at once, from the original start."},
	{"C10", "The time to the first join runs from the opening to the first join, and nothing later changes it."},
}

var live = []Rule{
	{"L1", "A list that goes away takes nothing new: its channels are refused as list-unavailable, and no message is swallowed."},
	{"L2", "A deleted list's open requests are drained, transferred or closed as its deletionPolicy says."},
	{"L3", "A channel that moves to another list takes new requests there; open ones stay where they are."},
	{"L4", "A channel that is no longer Pull takes no new requests; what is open goes on."},
	{"L5", "A list that becomes Grab keeps its members and takes no further Representatives; back, it is open to all."},
	{"L6", "A lower limit takes nothing away from anybody; new joins obey it."},
	{"L7", "A deleted subscription ends the list's events; memberships end with the access."},
	{"L8", "A new display name changes no id and disturbs no request."},
	{"L9", "An invalid change leaves the last good configuration in force, whole."},
	{"L10", "Of two channels with the same type and identifier the second is not served."},
}

var recovery = []Rule{
	{"R1", "A feed resumed from a cursor goes on with no gap, in order."},
	{"R2", "A cursor older than what is kept is answered with a gap and a snapshot."},
	{"R3", "A cursor of the future or of another history is answered with a gap and a snapshot."},
	{"R4", "Over a restart under load no agent misses anything, and all end up with what the runtime has."},
	{"R5", "Who does not read is cut off and resumes without a loss, and keeps nobody else waiting."},
	{"R6", "A second session of an agent lives beside the first, or replaces it, as the policy says; memberships stay."},
}

// The features that desks and connectors count on and that no rule above names;
// the suite numbers them.
var features = []Rule{
	{"F1", "An inbox shows requests in the order in which they came, with customer, channel, list and time, and finds them by state, list, channel and membership."},
	{"F2", "A customer's presence is shown in the row, finds requests, and is told to the members alone."},
	{"F3", "Kind, attachments and attributes of a message reach the other side as they were given."},
	{"F4", "An agent is shown to whom a request can be transferred: the lists, and the agents who are connected."},
	{"F5", "Every transition and message is posted to the event sink, signed, and in order for each request."},
	{"F6", "The last messages of an open request are there for whoever looks, as many as are kept and no older ones."},
}
