package request

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/snapshot"
)

func active(t *testing.T, s *tale) *tale {
	t.Helper()
	s.do(message("m1"), Opened)
	s.do(by("alice", Join), Joined)
	return s
}

func (s *tale) offered(c Command) string {
	s.t.Helper()
	s.do(c, Offered)
	return s.d.Offers[len(s.d.Offers)-1].ID
}

func TestTransferToAnAgent(t *testing.T) {
	s := active(t, grab(t))
	id := s.offered(to("bob", by("alice", TransferTo)))
	if request, ok := RequestOfOffer(id); !ok || request != s.d.ID {
		t.Errorf("offer %s is of %s", id, request)
	}
	s.state(Active, "alice") // T30: until B accepts nothing changes
	s.do(ofOffer(id, by("dave", Accept)), UnknownOffer)
	s.do(ofOffer(id, by("bob", Accept)), Joined) // T29
	s.state(Active, "bob")
	if owner := s.d.Owner(); owner == nil || owner.Agent != "bob" {
		t.Errorf("INV6: owner %v", owner)
	}
	if diff := cmp.Diff([]string{"alice"}, s.d.Last.Released); diff != "" {
		t.Error(diff)
	}
	if s.d.WrapUpOf("alice") == nil {
		t.Error("T33: the sender is asked for a wrap-up")
	}
	s.do(ofOffer(id, by("dave", Accept)), OfferOver)
	s.do(ofOffer(id, by("bob", Accept)), AlreadyMember)
}

// T30: a transfer that nobody takes stays with its sender.
func TestTransferThatIsNotAccepted(t *testing.T) {
	for name, tc := range map[string]struct {
		end    func(s *tale, id string)
		status OfferStatus
	}{
		"declined": {func(s *tale, id string) { s.do(ofOffer(id, by("bob", Decline)), Declined) }, OfferDeclined},
		"lapsed": {func(s *tale, id string) {
			s.wait(time.Minute)
			s.do(ofOffer(id, system(Lapse)), NotDue)
			s.wait(time.Millisecond)
			s.do(ofOffer(id, by("bob", Accept)), OfferOver)
			s.do(ofOffer(id, system(Lapse)), Lapsed)
		}, OfferExpired},
		"withdrawn": {func(s *tale, id string) {
			s.do(ofOffer(id, by("bob", Withdraw)), UnknownOffer)
			s.do(ofOffer(id, by("alice", Withdraw)), Withdrawn)
		}, OfferWithdrawn},
	} {
		t.Run(name, func(t *testing.T) {
			s := active(t, of(t))
			s.env.List.ResponseTime = 0
			id := s.offered(to("bob", by("alice", TransferTo)))
			tc.end(s, id)
			s.state(Active, "alice")
			if got := s.d.Last.Offers; len(got) != 1 || got[0].Status != tc.status || got[0].ID != id {
				t.Errorf("told %+v", got)
			}
			s.do(ofOffer(id, by("bob", Accept)), OfferOver)
			s.do(ofOffer(id, system(Lapse)), NotDue)
		})
	}
}

func TestOffersThatCannotBeMade(t *testing.T) {
	s := of(t)
	s.do(message("m1"), Opened)
	s.do(to("bob", by("alice", Invite)), NotActive)
	s.do(by("alice", Join), Joined)
	s.do(to("bob", by("dave", Invite)), NotAMember)
	away := to("bob", by("alice", TransferTo))
	away.Target.Away = true
	s.do(away, Away) // T30
	if len(s.d.Offers) != 0 {
		t.Error("an offer to who is away was made")
	}
	for range MaxOffers {
		s.do(toList("l2", by("alice", Invite)), Offered)
	}
	s.do(to("bob", by("alice", Invite)), TooManyOffers)
}

func TestInvite(t *testing.T) {
	s := active(t, grab(t))
	id := s.offered(to("bob", by("alice", Invite)))
	s.do(ofOffer(id, by("bob", Accept)), Joined) // T31, in Grab too
	s.state(Active, "alice", "bob")
	if s.d.Owner().Agent != "alice" {
		t.Error("INV6: who is invited does not own")
	}
	s.do(to("bob", by("alice", Invite)), AlreadyMember)
	s.do(by("alice", Leave), Left)
	s.do(by("dave", Join), Joined) // the owner has left; who was invited keeps nobody away
}

// An invitation of a list is for the first who accepts.
func TestInviteAList(t *testing.T) {
	s := active(t, of(t))
	id := s.offered(toList("l2", by("alice", Invite)))
	addressed := func(c Command) Command { c.Rights.Addressed = true; return ofOffer(id, c) }
	s.do(addressed(by("dave", Decline)), Declined)
	s.do(addressed(by("dave", Accept)), UnknownOffer)
	s.do(ofOffer(id, by("bob", Accept)), UnknownOffer)
	s.do(addressed(by("bob", Accept)), Joined)
	s.do(addressed(by("erin", Accept)), OfferOver)
	s.state(Active, "alice", "bob")
}

// The offers of who goes go with them; a place can only be given by who has one.
func TestOffersEndWithTheirSender(t *testing.T) {
	s := active(t, of(t))
	s.do(by("bob", Join), Joined)
	id := s.offered(to("dave", by("alice", TransferTo)))
	kept := s.offered(to("erin", by("bob", Invite)))
	s.do(by("alice", Leave), Left)
	if len(s.d.Offers) != 1 || s.d.Offers[0].ID != kept || s.d.Last.Offers[0].ID != id || s.d.Last.Offers[0].Status != OfferWithdrawn {
		t.Errorf("offers %+v, told %+v", s.d.Offers, s.d.Last.Offers)
	}
	s.do(by("bob", Close), Ended)
	if len(s.d.Offers) != 0 || s.d.Last.Offers[0].ID != kept {
		t.Errorf("after the close: offers %+v, told %+v", s.d.Offers, s.d.Last.Offers)
	}
	s.do(ofOffer(kept, by("erin", Accept)), Gone)
}

func TestAcceptKeepsTheLimit(t *testing.T) {
	s := active(t, of(t))
	s.env.List.CapacityPolicy, s.env.Held, s.env.Limit = snapshot.CapacityEnforce, 2, 2
	id := s.offered(to("bob", by("alice", Invite)))
	s.do(ofOffer(id, by("bob", Accept)), AtCapacity)
	if len(s.d.Offers) != 1 {
		t.Error("the offer stands, for when the agent has room")
	}
}

// T28: a request that is transferred to a list goes on as a new one.
func TestTransferToAList(t *testing.T) {
	s := active(t, of(t))
	s.do(saying("hello", by("alice", Say)), Sent)
	s.do(message("m2"), Appended)
	s.wait(time.Minute)
	s.do(toList("l2", by("bob", Transfer)), Forbidden)
	s.do(toList("l1", by("alice", Transfer)), SameList)
	waiting := *s.d.WaitingSince
	move := toList("l2", by("alice", Transfer))
	move.Key = "k"
	d := s.do(move, Transferred)
	s.state(Closed)
	next := d.Successor
	if s.d.Reason != ClosedByTransfer || s.d.TransferredTo != next.ID || next.TransferredFrom != s.d.ID || next.ID == s.d.ID {
		t.Errorf("old %+v, new %+v", s.d, next)
	}
	if next.State != Unread || next.Version != 1 || next.List != "l2" || next.EverJoined || !next.WaitingSince.Equal(waiting) || next.MessageThread() != s.d.MessageThread() {
		t.Errorf("INV9, C1: the new one is %+v", next)
	}
	if !d.Raised || next.Alert.Generation != 1 {
		t.Error("L2's subscribers are told")
	}
	again := Decide(s.d, move, s.env)
	if !again.Repeated || again.Ref != next.ID || again.Outcome != Transferred {
		t.Errorf("INV9: a retry came to %+v", again)
	}
	if other := Decide(s.d, toList("l3", by("alice", Transfer)), s.env); other.Outcome != Gone {
		t.Errorf("a second transfer came to %s", other.Outcome)
	}
	// From an Admin who has not joined, and from the system (L2).
	for _, c := range []Command{toList("l2", admin(Transfer)), toList("l2", system(Transfer))} {
		if got := Decide(in(Unread), c, s.env); got.Outcome != Transferred {
			t.Errorf("%s: %s", c.Actor.Name, got.Outcome)
		}
	}
}
