package request

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/snapshot"
)

func TestWaitingClockOverJoins(t *testing.T) {
	s := of(t)
	s.env.List.ResponseTime = 0
	s.do(message("m1"), Opened)
	first := s.env.Now
	s.wait(time.Minute)
	s.do(message("m2"), Appended)
	s.do(by("alice", Join), Joined)
	s.do(because(by("alice", WrapUp), "sold"), WrappedUp)
	s.do(by("alice", Leave), Left)
	s.do(by("bob", Join), Joined)
	if s.d.WaitingSince == nil || !s.d.WaitingSince.Equal(first) {
		t.Errorf("C1, C4: waiting since %v, want the first unanswered message %v", s.d.WaitingSince, first)
	}
	s.do(saying("hello", by("bob", Say)), Sent)
	if s.d.WaitingSince != nil {
		t.Error("C1: an answer stops the clock")
	}
	s.wait(time.Minute)
	s.do(message("m3"), Appended)
	if !s.d.WaitingSince.Equal(s.env.Now) {
		t.Error("C1: and the next message starts it again")
	}
}

// T24: once in a waiting period; who joins gets the whole time.
func TestResponseTime(t *testing.T) {
	s := active(t, of(t))
	s.wait(time.Minute)
	s.do(by("bob", Join), Joined) // a fresh one
	s.wait(2 * time.Minute)
	s.do(system(ResponseTimeout), NotDue) // exactly: not over
	s.wait(time.Millisecond)
	s.do(system(ResponseTimeout), Released)
	s.state(Inactive)
	if diff := cmp.Diff([]string{"alice", "bob"}, s.d.Last.Released); diff != "" {
		t.Error(diff)
	}
	s.do(system(ResponseTimeout), NotDue)
	s.do(by("alice", Join), Joined)
	s.do(system(ResponseTimeout), NotDue)
	s.do(saying("hello", by("alice", Say)), Sent)
	s.wait(time.Hour)
	s.do(system(ResponseTimeout), NotDue) // nobody waits
}

// T23, C7: since the agent's last message, until the customer answers.
func TestCustomerTimeout(t *testing.T) {
	s := active(t, of(t))
	s.wait(time.Hour)
	s.do(system(CustomerTimeout), NotDue) // the customer waits, not the agent
	s.do(saying("hello", by("alice", Say)), Sent)
	s.wait(10 * time.Minute)
	s.do(system(CustomerTimeout), NotDue) // exactly: not over
	s.do(message("m2"), Appended)
	s.wait(time.Hour)
	s.do(system(CustomerTimeout), NotDue) // answered
	s.do(saying("and?", by("alice", Say)), Sent)
	s.wait(10*time.Minute + time.Millisecond)
	s.do(system(CustomerTimeout), Ended)
	if s.d.Reason != ClosedByInactivity || len(s.d.Last.Released) != 1 {
		t.Errorf("closed %s, released %v", s.d.Reason, s.d.Last.Released)
	}
	s.do(system(Expire), AlreadyClosed) // C7: one close only
}

func TestClocks(t *testing.T) {
	s := active(t, of(t))
	kinds := func() (kinds []Kind) {
		for _, c := range s.d.Clocks() {
			kinds = append(kinds, c.Kind)
		}
		return kinds
	}
	want := func(want ...Kind) {
		t.Helper()
		if diff := cmp.Diff(want, kinds()); diff != "" {
			t.Errorf("after %s:\n%s", s.d.Last.Kind, diff)
		}
	}
	want(Expire, ResponseTimeout)
	s.do(saying("hello", by("alice", Say)), Sent)
	want(Expire, CustomerTimeout)
	s.do(to("bob", by("alice", Invite)), Offered)
	want(Expire, CustomerTimeout, Lapse)
	s.do(by("alice", Close), Ended)
	want(WrapUpTimeout) // C5
	s.do(because(by("alice", WrapUp), "sold"), WrappedUp)
	want()
}

func TestWrapUp(t *testing.T) {
	s := active(t, of(t))
	s.do(because(by("bob", WrapUp), "sold"), NotAMember)
	s.do(because(by("alice", WrapUp)), UnknownReason)
	s.do(because(by("alice", WrapUp), "sold", "sold"), UnknownReason)
	s.do(because(by("alice", WrapUp), "nonsense"), UnknownReason)
	s.do(because(by("alice", WrapUp), "sold", "lost", "c", "d", "e", "f"), UnknownReason)
	s.do(by("alice", Close), Ended)
	s.do(to("alice", system(WrapUpTimeout)), NotDue)
	s.wait(time.Minute)
	version := s.d.Version
	s.do(because(by("alice", WrapUp), "sold", "c"), WrappedUp) // exactly: not over
	if w := s.d.WrapUpOf("alice"); w.ByTimer || len(w.Reasons) != 2 || s.d.State != Closed || s.d.Version != version+1 {
		t.Errorf("%+v", w)
	}
	s.do(because(by("alice", WrapUp), "sold"), WrapUpOver)
	s.wait(time.Hour)
	s.do(to("alice", system(WrapUpTimeout)), NotDue)
}

func TestWrapUpByTimer(t *testing.T) {
	s := active(t, of(t))
	s.do(by("bob", Join), Joined)
	s.do(by("alice", Leave), Left)
	s.wait(time.Minute + time.Millisecond)
	s.do(because(by("alice", WrapUp), "sold"), WrapUpOver)
	s.do(to("alice", system(WrapUpTimeout)), WrappedUp)
	if w := s.d.WrapUpOf("alice"); !w.ByTimer || w.Reasons[0] != "lost" {
		t.Errorf("%+v", w)
	}
	s.state(Active, "bob")

	// Who comes back and goes again is asked again; who has said it while in, is not.
	s.wait(time.Second)
	s.do(by("alice", Join), Joined)
	s.do(by("alice", Leave), Left)
	if s.d.WrapUpOf("alice").AppliedAt != nil {
		t.Error("not asked again")
	}
	s.do(because(by("bob", WrapUp), "sold"), WrappedUp)
	s.do(by("bob", Leave), Left)
	if s.d.WrapUpOf("bob").AppliedAt == nil {
		t.Error("asked, though it was said")
	}
	s.env.List.WrapUp = nil
	s.do(because(by("alice", WrapUp), "sold"), NoWrapUp)
	s.do(to("alice", system(WrapUpTimeout)), WrappedUp) // a list that asks no more waits no longer
}

// T32: in Unicode code points.
// Who comes back is asked when they go: the timer of the time before does not answer
// for a member, nor is it what is left of the next time.
func TestWrapUpOfWhoComesBack(t *testing.T) {
	s := active(t, of(t))
	s.do(by("alice", Leave), Left)
	s.wait(50 * time.Second)
	s.do(by("alice", Join), Joined)
	s.wait(time.Minute)
	s.do(to("alice", system(WrapUpTimeout)), NotDue)
	for _, c := range s.d.Clocks() {
		if c.Kind == WrapUpTimeout {
			t.Errorf("T33: %+v runs for a member", c)
		}
	}
	s.do(by("alice", Leave), Left)
	s.wait(time.Minute)
	s.do(to("alice", system(WrapUpTimeout)), NotDue)
	s.do(because(by("alice", WrapUp), "sold"), WrappedUp)
}

func TestMessageLength(t *testing.T) {
	s := active(t, of(t))
	s.do(saying(strings.Repeat("é", 4096), by("alice", Say)), Sent)
	s.do(saying(strings.Repeat("x", 4097), by("alice", Say)), TooLong)
	s.env.Channel.MessageMaxLength = 3
	s.do(saying("😀😀😀", by("alice", Say)), Sent)
	s.do(saying("four", by("alice", Say)), TooLong)
	s.do(saying("hi", by("bob", Say)), NotAMember)
	s.env.Channel.Outbound = nil
	s.do(saying("hi", by("alice", Say)), NoOutbound)
	s.env.Channel = nil // L4: a channel that was deleted fails visibly, later
	s.do(saying("hi", by("alice", Say)), Sent)
	failed := system(DeliveryFailed)
	failed.Number = s.d.Last.Message
	s.do(failed, Noted)
	if s.d.Last.Message != failed.Number || s.d.State != Active {
		t.Errorf("%+v", s.d.Last)
	}
}

// N4, decision 3: again only while nobody is in, and not more often than that.
func TestRealert(t *testing.T) {
	s := of(t)
	s.do(message("m1"), Opened)
	again := func(after time.Duration, want bool) {
		t.Helper()
		s.wait(after)
		if d := s.do(message("m"), Appended); d.Raised != want || s.d.Last.Raised != want {
			t.Errorf("raised: %t, want %t", d.Raised, want)
		}
	}
	again(time.Minute-time.Millisecond, false)
	again(time.Millisecond, true)
	again(time.Second, false)
	if s.d.Alert.Generation != 2 {
		t.Errorf("generation %d", s.d.Alert.Generation)
	}
	s.do(by("alice", Join), Joined)
	again(time.Hour, false)
	s.do(by("alice", Leave), Left)
	if s.d.Alerts("alice", snapshot.Representative) || !s.d.Alerts("bob", snapshot.Representative) {
		t.Error("N6: it is over for who has joined, and for nobody else")
	}
	again(time.Hour, true)
	if !s.d.Alerts("alice", snapshot.Representative) {
		t.Error("a new generation is for everybody")
	}
	s.env.List.RealertPolicy = snapshot.RealertNever
	again(time.Hour, false)
}

// N6, N11: for whom the alert of a Grab list stands.
func TestAlertsOfAGrabList(t *testing.T) {
	s := grab(t)
	s.do(message("m1"), Opened)
	if s.d.Alerts("carol", snapshot.Admin) || !s.d.Alerts("bob", snapshot.Representative) {
		t.Error("N11: for Representatives only")
	}
	s.do(admin(Join), Joined)
	if !s.d.Alerts("bob", snapshot.Representative) {
		t.Error("an Admin's join grabs nothing")
	}
	s.do(by("alice", Join), Joined)
	if s.d.Alerts("bob", snapshot.Representative) {
		t.Error("N6: it is withdrawn at the grab")
	}
	s.do(by("alice", Leave), Left)
	if s.d.Alerts("bob", snapshot.Representative) {
		t.Error("N6: what was withdrawn comes back")
	}
	s.do(admin(Leave), Left)
	s.wait(time.Hour)
	s.do(message("m2"), Appended) // realertPolicy
	if !s.d.Alerts("bob", snapshot.Representative) {
		t.Error("N4: a new generation is for everybody again")
	}
	s.do(admin(Close), Ended)
	if s.d.Alerts("bob", snapshot.Representative) {
		t.Error("N6: it is withdrawn at the close")
	}
}
