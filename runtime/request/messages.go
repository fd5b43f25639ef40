package request

import (
	"unicode/utf8"

	"github.com/pullmode/operator/runtime/snapshot"
)

// open makes a new request (T01, T06). Whatever was known of an earlier
// incarnation is over.
func open(t *turn) Outcome {
	now := t.env.Now
	p := t.env.Place
	t.next = &Document{
		ID: p.ID, List: p.List, Channel: p.Channel, ChannelType: p.ChannelType, ReopenOf: t.env.ReopenOf,
		Customer: t.Customer, State: Unread,
		OpenedAt: now, WaitingSince: &now, LastCustomerAt: now,
	}
	t.raise()
	t.keep()
	return Opened
}

// receive takes a further message in whatever state the request is (T03 to T05).
// It never notifies the list again, unless the list's realertPolicy has it;
// members see it. The oldest unanswered message keeps the waiting clock (C1), the
// newest moves the auto-close clock (C6) and stops the one that counts from an
// agent's message (C7).
func receive(t *turn) Outcome {
	now := t.env.Now
	t.next.LastCustomerAt = now
	if t.next.WaitingSince == nil {
		t.next.WaitingSince = &now
	}
	if !t.Customer.Anonymous {
		t.next.Customer.Name, t.next.Customer.Anonymous = t.Customer.Name, false
	}
	if t.Customer.Attributes != nil {
		t.next.Customer.Attributes = t.Customer.Attributes
	}
	if t.realerts() {
		t.raise()
	}
	t.keep()
	return Appended
}

// say takes a member's message to the customer. It answers what was unanswered
// (C1).
func say(t *turn) Outcome {
	limit := snapshot.DefaultMessageMaxLength
	if t.env.Channel != nil {
		limit = t.env.Channel.MaxLength()
	}
	switch {
	case !t.next.Member(t.Actor.Name):
		return NotAMember
	case t.env.Channel != nil && t.env.Channel.Outbound == nil:
		return NoOutbound
	case utf8.RuneCountInString(t.Message.Text) > limit: // T32
		return TooLong
	}
	now := t.env.Now
	t.next.WaitingSince, t.next.LastAgentAt = nil, &now
	t.keep()
	return Sent
}

// fail notes that a member's message did not reach the customer.
func fail(t *turn) Outcome {
	t.next.Last.Message = t.Number
	return Noted
}

// keep numbers the message and takes it into the window of messages that a
// joining agent sees.
func (t *turn) keep() {
	m := t.Message
	m.Number, m.From, m.At = t.next.Messages.Next(), t.Actor, t.env.Now
	t.next.Last.Message = m.Number
	t.decision.Message, t.decision.Dropped = &m, t.next.Messages.push(m.size())
}
