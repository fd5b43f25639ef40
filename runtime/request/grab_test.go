package request

import (
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/snapshot"
)

func TestGrab(t *testing.T) {
	s := grab(t)
	s.do(message("m1"), Opened)
	if s.d.Exclusive() {
		t.Error("N12: a request that nobody has grabbed is nobody's")
	}
	s.do(by("alice", Join), Joined)
	if owner := s.d.Owner(); owner == nil || owner.Agent != "alice" || !s.d.Exclusive() || s.d.Last.WasExclusive {
		t.Fatalf("INV6: owner %v, exclusive %t", owner, s.d.Exclusive())
	}
	s.wait(time.Second)
	lost := s.do(by("bob", Join), Grabbed) // T09
	if lost.Blocker == nil || lost.Blocker.Agent != "alice" || !lost.Blocker.JoinedAt.Equal(start) {
		t.Errorf("T09: told %+v", lost.Blocker)
	}
	s.do(by("alice", Join), AlreadyMember) // G2
	s.do(admin(Join), Joined)              // T10
	s.state(Active, "alice", "carol")
	s.do(by("bob", Join), Grabbed)
	s.do(by("alice", Leave), Left) // T14: the Admin stays, and keeps nobody away
	if s.d.Exclusive() || !s.d.Last.WasExclusive {
		t.Error("N12: the owner has left, so the row comes back")
	}
	s.do(by("bob", Join), Joined) // G2: unless the owner has left
	if s.d.Owner().Agent != "bob" {
		t.Error("G3: bob grabbed it")
	}
}

func TestRemoveByAdminOverridesAGrab(t *testing.T) {
	s := grab(t)
	s.do(message("m1"), Opened)
	s.do(by("alice", Join), Joined)
	s.do(to("alice", by("bob", Remove)), Forbidden)
	s.do(to("dave", admin(Remove)), NoSuchMember)
	s.do(to("alice", admin(Remove)), Removed)
	s.state(Inactive)
	if s.d.Last.Released[0] != "alice" || s.d.Last.Actor.Name != "carol" {
		t.Errorf("last: %+v", s.d.Last)
	}
	s.do(by("bob", Join), Joined)
	s.do(admin(Close), Ended)
	s.do(to("bob", admin(Remove)), AlreadyClosed)
}

// L5: members from before the list became a Grab list stay, and nobody new comes
// in; the way back opens it again.
func TestJoinPolicyChanges(t *testing.T) {
	s := of(t)
	s.do(message("m1"), Opened)
	s.do(by("alice", Join), Joined)
	s.do(by("bob", Join), Joined)
	s.env.List.JoinPolicy = snapshot.JoinGrab
	s.do(by("dave", Join), Grabbed)
	s.do(admin(Join), Joined)
	if s.d.Owner() != nil || s.d.Exclusive() {
		t.Error("nobody has grabbed it")
	}
	s.do(by("alice", Leave), Left)
	s.do(by("dave", Join), Grabbed)
	s.do(by("bob", Leave), Left)
	s.do(by("dave", Join), Joined)
	if s.d.Owner().Agent != "dave" {
		t.Error("dave grabbed it")
	}
	s.env.List.JoinPolicy = snapshot.JoinCollaboration
	s.do(by("bob", Join), Joined)
	s.do(message("m2"), Appended)
	if s.d.Exclusive() {
		t.Error("a Collaboration list has no owners' requests")
	}
}

// L5: an Admin who joined while everybody might is a member like the others.
func TestAdminFromBeforeAGrabList(t *testing.T) {
	s := of(t)
	s.do(message("m1"), Opened)
	s.do(admin(Join), Joined)
	s.env.List.JoinPolicy = snapshot.JoinGrab
	s.do(by("dave", Join), Grabbed)
}

// A list that is gone keeps the policy that it had.
func TestGrabOfAListThatIsGone(t *testing.T) {
	s := grab(t)
	s.do(message("m1"), Opened)
	s.do(by("alice", Join), Joined)
	s.env.List = nil
	s.do(by("bob", Join), Grabbed)
}

func TestCapacity(t *testing.T) {
	for name, tc := range map[string]struct {
		policy snapshot.CapacityPolicy
		held   int
		want   Outcome
		warned bool
	}{
		"below":            {snapshot.CapacityEnforce, 1, Joined, false},
		"at, enforced":     {snapshot.CapacityEnforce, 2, AtCapacity, false},
		"at, warned":       {snapshot.CapacityWarn, 2, Joined, true},
		"at, ignored":      {snapshot.CapacityIgnore, 2, Joined, false},
		"at, default":      {"", 2, Joined, false},
		"L6 lowered below": {snapshot.CapacityEnforce, 5, AtCapacity, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := of(t)
			s.env.List.CapacityPolicy, s.env.Held, s.env.Limit = tc.policy, tc.held, 2
			s.do(message("m1"), Opened)
			if d := s.do(by("alice", Join), tc.want); d.OverCapacity != tc.warned {
				t.Errorf("warned: %t", d.OverCapacity)
			}
		})
	}
}
