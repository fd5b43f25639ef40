package request

import (
	"slices"

	"github.com/pullmode/operator/runtime/snapshot"
)

// join makes the agent a member (T07, T08, T10, T11), once (T13), where nobody
// else has grabbed the request (T09).
func join(t *turn) Outcome {
	if t.next.Member(t.Actor.Name) {
		return AlreadyMember
	}
	grab, admin := t.env.grab(t.next), t.Rights.Role == snapshot.Admin
	if grab && !admin {
		if blocker := t.next.Taken(); blocker != nil {
			b := *blocker
			t.decision.Blocker = &b
			return Grabbed
		}
	}
	if refused := t.room(); refused != "" {
		return refused
	}
	t.admit(Member{Agent: t.Actor.Name, Admin: grab && admin, Owner: grab && !admin})
	return Joined
}

// Taken is the member because of whom no Representative may grab the request: its
// owner, or one from before the list became a Grab list (L5). Who was invited and
// who is there as an Admin keep nobody away. Nil when it is free.
func (d *Document) Taken() *Member {
	for i := range d.Members {
		if m := &d.Members[i]; m.Owner || (!m.Invited && !m.Admin) {
			return m
		}
	}
	return nil
}

// Owner is the Representative who grabbed the request, nil when there is none
// (INV6).
func (d *Document) Owner() *Member {
	if i := slices.IndexFunc(d.Members, func(m Member) bool { return m.Owner }); i >= 0 {
		return &d.Members[i]
	}
	return nil
}

// Exclusive says whether the request is its owner's alone: Representatives who
// are not members do not see it (N12).
func (d *Document) Exclusive() bool { return d.Grab && d.Owner() != nil }

// room says why there is none for one more member; empty when there is.
func (t *turn) room() Outcome {
	if len(t.next.Members) >= MaxMembers {
		return Full
	}
	return t.capacity()
}

// capacity compares what the agent holds with what they may (decision 4).
func (t *turn) capacity() Outcome {
	if t.env.List == nil || t.env.Held < t.env.Limit {
		return ""
	}
	switch t.env.List.CapacityPolicy {
	case snapshot.CapacityEnforce:
		return AtCapacity
	case snapshot.CapacityWarn:
		t.decision.OverCapacity = true
	}
	return ""
}

func (t *turn) admit(m Member) {
	now := t.env.Now
	m.JoinedAt = now
	t.next.Members = append(t.next.Members, m)
	if !t.next.EverJoined {
		t.next.EverJoined, t.next.FirstJoinedAt = true, &now
	}
	t.next.State, t.next.LastJoinedAt = Active, &now
	t.forgoWrapUp(m.Agent)
	t.next.Alert.Grabbed = t.next.Alert.Grabbed || m.Owner
	if !slices.Contains(t.next.Alert.Joiners, m.Agent) {
		t.next.Alert.Joiners = append(t.next.Alert.Joiners, m.Agent)
	}
}

// leave ends the actor's membership; the last one to leave makes the request
// INACTIVE (T14, T15).
func leave(t *turn) Outcome {
	if !t.next.Member(t.Actor.Name) {
		return NotAMember
	}
	t.release(t.Actor.Name)
	return Left
}

// letGo ends the membership of whom the system names.
func letGo(t *turn) Outcome {
	if !t.next.Member(t.Target.Agent) {
		return NotDue
	}
	t.release(t.Target.Agent)
	return Removed
}

// remove ends the membership of whom an Admin names (section 4).
func remove(t *turn) Outcome {
	switch {
	case t.Rights.Role != snapshot.Admin:
		return Forbidden
	case !t.next.Member(t.Target.Agent):
		return NoSuchMember
	}
	t.release(t.Target.Agent)
	return Removed
}

// responseTimeout lets everybody go who has left the customer without an answer
// for too long (T24). It counts from the oldest unanswered message, and from the
// last join where that is later: who joins gets the whole time.
func responseTimeout(t *turn) Outcome {
	since, waits := t.next.unanswered()
	if t.env.List == nil || t.env.List.ResponseTime <= 0 || !waits || !t.over(since, t.env.List.ResponseTime.D()) {
		return NotDue
	}
	t.release(t.next.Agents()...)
	return Released
}

// release ends memberships, and asks who goes for a wrap-up.
func (t *turn) release(agents ...string) {
	for _, agent := range agents {
		t.askWrapUp(*t.next.Membership(agent))
	}
	t.next.Members = slices.DeleteFunc(t.next.Members, func(m Member) bool { return slices.Contains(agents, m.Agent) })
	t.next.Last.Released = append(t.next.Last.Released, agents...)
	if len(t.next.Members) == 0 {
		t.next.Members, t.next.State = nil, Inactive
	}
}

// Agents are the names of the members.
func (d *Document) Agents() []string {
	agents := make([]string, len(d.Members))
	for i, m := range d.Members {
		agents[i] = m.Agent
	}
	return agents
}
