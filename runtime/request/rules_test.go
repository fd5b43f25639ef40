package request

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/snapshot"
)

var start = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// in makes a request of a state, by the commands that lead there.
func in(state State) *Document {
	env := Env{Now: start, Place: Place{ID: "r1", List: "l1", Channel: "c2", ChannelType: "FACEBOOK"}, List: &snapshot.List{ClosePolicy: snapshot.CloseMembers}}
	path := map[State][]Command{
		none:     nil,
		Unread:   {message("m1")},
		Active:   {message("m1"), by("alice", Join)},
		Inactive: {message("m1"), by("alice", Join), by("alice", Leave)},
		Closed:   {message("m1"), by("alice", Join), by("alice", Close)},
	}[state]
	var d *Document
	for _, c := range path {
		d = Decide(d, c, env).Next
	}
	return d
}

func message(id string) Command {
	return Command{
		Kind: Receive, Actor: Actor{Kind: CustomerActor, Name: "john"}, Key: id,
		Customer: Customer{ID: "john", Name: "John Williams"}, Message: Message{ID: id, Text: "hello"},
	}
}

func by(agent string, kind Kind) Command {
	return Command{Kind: kind, Actor: Actor{Kind: AgentActor, Name: agent}, Rights: Rights{Role: snapshot.Representative}}
}

func admin(kind Kind) Command {
	return Command{Kind: kind, Actor: Actor{Kind: AgentActor, Name: "carol"}, Rights: Rights{Role: snapshot.Admin}}
}

func customer(kind Kind) Command {
	return Command{Kind: kind, Actor: Actor{Kind: CustomerActor, Name: "john"}}
}

// The transition table, a row a rule. version is what the command adds (INV7).
func TestTransitions(t *testing.T) {
	for name, tc := range map[string]struct {
		from    State
		command Command
		outcome Outcome
		to      State
		version int64
		members int
	}{
		"T01 first message":                  {none, message("m"), Opened, Unread, 1, 0},
		"T03 message while UNREAD":           {Unread, message("m"), Appended, Unread, 1, 0},
		"T04 message while ACTIVE":           {Active, message("m"), Appended, Active, 1, 1},
		"T05 message while INACTIVE":         {Inactive, message("m"), Appended, Inactive, 1, 0},
		"T06 message after CLOSED":           {Closed, message("m"), Opened, Unread, 0, 0},
		"T07 first join":                     {Unread, by("alice", Join), Joined, Active, 1, 1},
		"T08 join by another":                {Active, by("bob", Join), Joined, Active, 1, 2},
		"T11 join while INACTIVE":            {Inactive, by("bob", Join), Joined, Active, 1, 1},
		"T12 join of a CLOSED one":           {Closed, by("bob", Join), Gone, Closed, 0, 0},
		"T13 join again":                     {Active, by("alice", Join), AlreadyMember, Active, 0, 1},
		"T15 last member leaves":             {Active, by("alice", Leave), Left, Inactive, 1, 0},
		"T16 leave by a non-member":          {Active, by("bob", Leave), NotAMember, Active, 0, 1},
		"T16 leave while UNREAD":             {Unread, by("bob", Leave), NotAMember, Unread, 0, 0},
		"T16 leave while INACTIVE":           {Inactive, by("alice", Leave), NotAMember, Inactive, 0, 0},
		"T17 late leave":                     {Closed, by("alice", Leave), AlreadyClosed, Closed, 0, 0},
		"T18 close by a member":              {Active, by("alice", Close), Ended, Closed, 1, 0},
		"T18 close by an Admin while UNREAD": {Unread, admin(Close), Ended, Closed, 1, 0},
		"T18 close by an Admin, INACTIVE":    {Inactive, admin(Close), Ended, Closed, 1, 0},
		"T19 close by a non-member":          {Active, by("bob", Close), Forbidden, Active, 0, 1},
		"T19 close while UNREAD":             {Unread, by("bob", Close), Forbidden, Unread, 0, 0},
		"T20 close again":                    {Closed, by("alice", Close), AlreadyClosed, Closed, 0, 0},
		"T21 customer ends, UNREAD":          {Unread, customer(EndSession), Ended, Closed, 1, 0},
		"T21 customer ends, ACTIVE":          {Active, customer(EndSession), Ended, Closed, 1, 0},
		"T21 customer ends, INACTIVE":        {Inactive, customer(EndSession), Ended, Closed, 1, 0},
		"join of what does not exist":        {none, by("alice", Join), NoRequest, none, 0, 0},
		"close of what does not exist":       {none, by("alice", Close), NoRequest, none, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			before := in(tc.from)
			kept := in(tc.from)
			d := Decide(before, tc.command, Env{Now: start.Add(time.Minute), List: &snapshot.List{ClosePolicy: snapshot.CloseMembers}, Place: Place{ID: "r2", List: "l1"}})
			if d.Outcome != tc.outcome {
				t.Fatalf("outcome %s, want %s", d.Outcome, tc.outcome)
			}
			if diff := cmp.Diff(kept, before); diff != "" {
				t.Errorf("the document that was decided from has changed:\n%s", diff)
			}
			after := d.Next
			if after == nil {
				if after = before; tc.version != 0 {
					t.Fatal("INV7: an accepted command wrote nothing")
				}
			}
			if after == nil {
				return
			}
			version := tc.version
			if before != nil && after.ID == before.ID {
				version += before.Version
			} else {
				version = 1
			}
			if after.State != tc.to || len(after.Members) != tc.members || after.Version != version {
				t.Errorf("%s with %d members, version %d; want %s, %d, %d", after.State, len(after.Members), after.Version, tc.to, tc.members, version)
			}
		})
	}
}

func TestLeaveWhileOthersRemain(t *testing.T) { // T14
	d := Decide(in(Active), by("bob", Join), Env{Now: start}).Next
	d = Decide(d, by("alice", Leave), Env{Now: start}).Next
	if d.State != Active || !d.Member("bob") || d.Member("alice") {
		t.Fatalf("%+v", d)
	}
	if diff := cmp.Diff([]string{"alice"}, d.Last.Released); diff != "" {
		t.Error(diff)
	}
}

func TestCloseTellsWhoWasIn(t *testing.T) {
	d := Decide(in(Active), by("bob", Join), Env{Now: start}).Next
	d = Decide(d, admin(Close), Env{Now: start}).Next
	if diff := cmp.Diff([]string{"alice", "bob"}, d.Last.Released); diff != "" || d.Reason != ClosedByAgent {
		t.Errorf("%s %s", d.Reason, diff)
	}
}

func TestClosePolicies(t *testing.T) {
	member, subscriber := by("alice", Close), by("bob", Close)
	subscriber.Rights.Subscribed = true
	for name, tc := range map[string]struct {
		policy  snapshot.ClosePolicy
		command Command
		want    Outcome
	}{
		"Members, a member":            {snapshot.CloseMembers, member, Ended},
		"Members, a subscriber":        {snapshot.CloseMembers, subscriber, Forbidden},
		"Members, an Admin":            {snapshot.CloseMembers, admin(Close), Ended},
		"Subscribers, a subscriber":    {snapshot.CloseSubscribers, subscriber, Ended},
		"Subscribers, an unsubscribed": {snapshot.CloseSubscribers, member, Forbidden},
		"Admins, a member":             {snapshot.CloseAdmins, member, Forbidden},
		"Admins, an Admin":             {snapshot.CloseAdmins, admin(Close), Ended},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Decide(in(Active), tc.command, Env{Now: start, List: &snapshot.List{ClosePolicy: tc.policy}}).Outcome; got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}

func TestAutoCloseIsStrict(t *testing.T) { // T22, C6
	for name, tc := range map[string]struct {
		silent time.Duration
		want   Outcome
	}{
		"exactly 24 h is open":     {24 * time.Hour, NotDue},
		"more than 24 h is closed": {24*time.Hour + time.Millisecond, Ended},
	} {
		t.Run(name, func(t *testing.T) {
			d := Decide(in(Inactive), Command{Kind: Expire}, Env{Now: start.Add(tc.silent), List: &snapshot.List{AutoCloseAfter: snapshot.Duration(24 * time.Hour)}})
			if d.Outcome != tc.want {
				t.Errorf("%s, want %s", d.Outcome, tc.want)
			}
		})
	}
}

// G7: a message that is accepted before the close cancels it.
func TestMessageCancelsTheAutoClose(t *testing.T) {
	late := start.Add(25 * time.Hour)
	d := Decide(in(Inactive), message("m2"), Env{Now: late}).Next
	if got := Decide(d, Command{Kind: Expire}, Env{Now: late, List: &snapshot.List{AutoCloseAfter: snapshot.Duration(24 * time.Hour)}}).Outcome; got != NotDue {
		t.Error(got)
	}
}

func TestWaitingClock(t *testing.T) { // C1
	d := in(Unread)
	later := Decide(d, message("m2"), Env{Now: start.Add(time.Minute)}).Next
	if !later.WaitingSince.Equal(start) || !later.LastCustomerAt.Equal(start.Add(time.Minute)) {
		t.Errorf("waiting since %s, last customer message %s", later.WaitingSince, later.LastCustomerAt)
	}
	closed := Decide(later, customer(EndSession), Env{Now: start.Add(time.Hour)}).Next
	if closed.WaitingSince != nil {
		t.Error("C5: a closed request still waits")
	}
}

func TestAttention(t *testing.T) { // C2
	for name, tc := range map[string]struct {
		state  State
		waited time.Duration
		want   Attention
	}{
		"exactly 180 s is normal": {Unread, 180 * time.Second, Attention{RepNeeded, Normal}},
		"more than 180 s is soon": {Unread, 181 * time.Second, Attention{RepNeeded, Soon}},
		"exactly 300 s is soon":   {Active, 300 * time.Second, Attention{Pending, Soon}},
		"more is overdue":         {Inactive, 301 * time.Second, Attention{RepNeeded, Overdue}},
		"a closed one needs none": {Closed, time.Hour, Attention{Covered, Normal}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := in(tc.state).Attend(start.Add(tc.waited), 3*time.Minute, 5*time.Minute); got != tc.want {
				t.Errorf("%+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestClockThatJumpsBack(t *testing.T) {
	d := Decide(in(Unread), message("m2"), Env{Now: start.Add(-time.Hour)}).Next
	if d.LastCustomerAt.Before(d.OpenedAt) || d.Last.At.Before(start) {
		t.Errorf("opened %s, last message %s", d.OpenedAt, d.LastCustomerAt)
	}
}

func TestRepeatKeysKeepActorsAndCommandsApart(t *testing.T) {
	with := func(c Command) Command { c.Key = "k"; return c }
	env := Env{Now: start}
	d := Decide(in(Unread), with(by("alice", Join)), env).Next
	if got := Decide(d, with(by("alice", Join)), env); !got.Repeated || got.Outcome != Joined || got.Next != nil {
		t.Errorf("the same command: %+v", got)
	}
	if got := Decide(d, with(by("bob", Join)), env); got.Repeated {
		t.Error("another actor's key was taken for a repeat")
	}
	if got := Decide(d, with(by("alice", Leave)), env); got.Repeated || got.Outcome != Left {
		t.Errorf("another command of the same key: %+v", got)
	}
}

// A key that is used again for somebody else does not say that it was done to them.
func TestRepeatKeysKeepTargetsApart(t *testing.T) {
	with := func(c Command) Command { c.Key = "k"; return c }
	s := active(t, of(t))
	bob := s.offered(with(to("bob", by("alice", Invite))))
	if got := s.do(with(to("dave", by("alice", Invite))), Offered); got.Repeated {
		t.Error("an invitation of dave was taken for one of bob")
	}
	if got := s.do(with(to("bob", by("alice", Invite))), Offered); !got.Repeated || got.Ref != bob {
		t.Errorf("the same invitation: %+v", got)
	}
	s.do(with(ofOffer(bob, by("alice", Withdraw))), Withdrawn)
	if got := s.do(with(ofOffer(s.d.Offers[0].ID, by("alice", Withdraw))), Withdrawn); got.Repeated {
		t.Error("another offer was taken for withdrawn")
	}
	s.do(by("bob", Join), Joined)
	s.do(with(to("bob", admin(Remove))), Removed)
	if got := s.do(with(to("alice", admin(Remove))), Removed); got.Repeated {
		t.Error("alice was taken for removed")
	}
}

func TestWindow(t *testing.T) {
	var w Window
	for n := int64(1); n <= KeptMessages; n++ {
		if got := w.Next(); got != n {
			t.Fatalf("next is %d, want %d", got, n)
		}
		if dropped := w.push(10); dropped != nil {
			t.Fatalf("message %d drops %v", n, dropped)
		}
	}
	if diff := cmp.Diff([]int64{1}, w.push(10)); diff != "" {
		t.Error(diff)
	}
	// One large message pushes out what does not fit beside it, and stays itself.
	if dropped := w.push(KeptBytes + 1); len(dropped) != KeptMessages || len(w.Sizes) != 1 {
		t.Errorf("dropped %d, kept %d", len(dropped), len(w.Sizes))
	}
	if diff := cmp.Diff([]int64{KeptMessages + 2}, w.Numbers()); diff != "" {
		t.Error(diff)
	}
}
