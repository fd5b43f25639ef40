package request

import "github.com/pullmode/operator/runtime/snapshot"

// closeByAgent closes for who may (T18, T19).
func closeByAgent(t *turn) Outcome {
	if !t.mayClose() {
		return Forbidden
	}
	return t.end(ClosedByAgent)
}

// mayClose says whether the acting agent may close, by the policy of the list at
// the moment of the command. Admins always may.
func (t *turn) mayClose() bool {
	if t.Rights.Role == snapshot.Admin {
		return true
	}
	policy := snapshot.CloseMembers
	if t.env.List != nil {
		policy = t.env.List.ClosePolicy
	}
	switch policy {
	case snapshot.CloseSubscribers:
		return t.Rights.Subscribed
	case snapshot.CloseMembers:
		return t.next.Member(t.Actor.Name)
	}
	return false
}

func closeFor(reason CloseReason) rule {
	return func(t *turn) Outcome { return t.end(reason) }
}

// expire closes a request whose customer has been silent for more than the list's
// autoCloseAfter: exactly that long is still open (C6).
func expire(t *turn) Outcome {
	if t.env.List == nil || t.env.List.AutoCloseAfter <= 0 || !t.over(t.next.LastCustomerAt, t.env.List.AutoCloseAfter.D()) {
		return NotDue
	}
	return t.end(ClosedByInactivity)
}

// customerTimeout closes a request whose customer has not answered an agent's
// message for longer than the channel's customerActivityTimeout (T23, C7).
func customerTimeout(t *turn) Outcome {
	since, waits := t.next.awaitsCustomer()
	if t.env.Channel == nil || t.env.Channel.CustomerActivityTimeout <= 0 || !waits ||
		!t.over(since, t.env.Channel.CustomerActivityTimeout.D()) {
		return NotDue
	}
	return t.end(ClosedByInactivity)
}

// transfer ends the request, and its customer goes on as a new one on another list
// (T28). The customer's clocks go on: nobody has answered by moving them. Agents need
// to be in it, or an Admin; the system and who runs the platform do not.
func transfer(t *turn) Outcome {
	agent := t.Actor.Kind == AgentActor
	switch {
	case agent && !t.next.Member(t.Actor.Name) && t.Rights.Role != snapshot.Admin:
		return Forbidden
	case t.Target.List == t.next.List:
		return SameList
	}
	d, now := t.next, t.env.Now
	s := &Document{
		ID: t.env.Place.ID, List: t.Target.List, Channel: d.Channel, ChannelType: d.ChannelType,
		Thread: d.MessageThread(), TransferredFrom: d.ID, Customer: d.Customer, State: Unread, Version: 1,
		OpenedAt: now, WaitingSince: d.WaitingSince, LastCustomerAt: d.LastCustomerAt, LastAgentAt: d.LastAgentAt,
		Messages: d.Messages, Grab: t.Target.Grab, Alert: Alert{Generation: 1, At: now},
		Last: Change{Kind: Transfer, Actor: t.Actor, At: now, Raised: true},
	}
	d.TransferredTo = s.ID
	t.end(ClosedByTransfer)
	t.decision.Successor = s
	return Transferred
}

// end closes the request and lets its members go (INV4).
func (t *turn) end(reason CloseReason) Outcome {
	now := t.env.Now
	t.release(t.next.Agents()...)
	t.next.State, t.next.Reason = Closed, reason
	t.next.ClosedAt, t.next.WaitingSince = &now, nil
	return Ended
}
