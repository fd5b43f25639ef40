package request

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pullmode/operator/runtime/snapshot"
)

// edges are the legal changes of state (INV9). A state may always stay.
var edges = map[State][]State{
	none:     {Unread},
	Unread:   {Active, Closed},
	Active:   {Inactive, Closed},
	Inactive: {Active, Closed},
	Closed:   {},
}

// kinds are all commands there are.
func kinds() []Kind {
	all := make([]Kind, 0, len(rules))
	for kind := range rules {
		all = append(all, kind)
	}
	slices.Sort(all)
	return all
}

// choice is where a test's commands come from: a property test, or a fuzzer's
// bytes.
type choice interface {
	// below is a number from 0 up to and without n.
	below(n int, what string) int
}

// history commands one slot at random and holds the invariants after each command.
func history(t testing.TB, from choice, commands int) {
	var d *Document
	now := start
	for n := range commands {
		now = now.Add(steps[from.below(len(steps), "passes")])
		env := everything()
		env.Now, env.Place = now, Place{ID: fmt.Sprintf("r%d", n), List: "l1", Channel: "c2"}
		list := *env.List
		list.JoinPolicy = pick(from, "joinPolicy", snapshot.JoinCollaboration, snapshot.JoinGrab)
		list.ClosePolicy = pick(from, "closePolicy", snapshot.CloseMembers, snapshot.CloseSubscribers, snapshot.CloseAdmins)
		env.List = pick(from, "list", &list, &list, &list, nil)
		decision := Decide(d, command(from, d), env)
		if err := hold(d, decision); err != nil {
			t.Fatalf("command %d: %v", n, err)
		}
		switch {
		case decision.Successor != nil && from.below(4, "follow") > 0:
			d = decision.Successor
		case decision.Next != nil:
			d = decision.Next
		}
	}
}

// steps are how long it is between two commands, also backwards.
var steps = []time.Duration{0, time.Millisecond, time.Second, time.Minute, 3 * time.Minute, 11 * time.Minute, 25 * time.Hour, -time.Hour}

func pick[T any](from choice, what string, of ...T) T { return of[from.below(len(of), what)] }

func command(from choice, d *Document) Command {
	agents := []string{"alice", "bob", "carol", "dave"}
	kind := pick(from, "kind", kinds()...)
	if from.below(3, "usual") > 0 { // what leads further
		kind = pick(from, "usual kind", Receive, Join, Join, Say, Invite, TransferTo, Accept, Leave)
	}
	c := by(pick(from, "agent", agents...), kind)
	c.Target = Target{Agent: pick(from, "target", agents...), Away: from.below(4, "away") == 0}
	switch c.Kind {
	case Receive:
		c = message(pick(from, "message", "m1", "m2"))
		c.Message.Text = string(make([]byte, pick(from, "bytes", 1, 100, 40_000)))
		return c
	case EndSession:
		return customer(c.Kind)
	case Say:
		c.Message.Text = string(make([]byte, pick(from, "bytes", 1, 4096, 4097)))
	case Transfer:
		c.Target = Target{List: pick(from, "to", "l1", "l2"), Grab: from.below(2, "grab") == 0}
	case Invite, TransferTo:
		if from.below(3, "to a list") == 0 {
			c.Target = Target{List: "l2"}
		}
	case Accept, Decline, Withdraw, Lapse:
		c.Offer = "r0-1"
		if d != nil && len(d.Offers) > 0 {
			o := d.Offers[from.below(len(d.Offers), "offer")]
			c.Offer = o.ID
			if o.Agent != "" && from.below(2, "as addressed") == 0 {
				c.Actor.Name = o.Agent
			}
		}
	case WrapUp:
		c.Reasons = pick(from, "reasons", []string{"sold"}, []string{"sold", "c"}, []string{"nonsense"})
	}
	c.Rights = Rights{
		Role:       pick(from, "role", snapshot.Representative, snapshot.Admin),
		Subscribed: from.below(2, "subscribed") == 0, Addressed: from.below(2, "addressed") == 0,
	}
	c.Key = pick(from, "key", "", "k1", "k2")
	return c
}

// hold says which invariant a decision breaks.
func hold(before *Document, decision Decision) error {
	if decision.Next == nil {
		if changes[decision.Outcome] && !decision.Repeated {
			return fmt.Errorf("INV7: %s wrote nothing", decision.Outcome)
		}
		return nil
	}
	if s := decision.Successor; s != nil {
		if s.ID == decision.Next.ID || s.State != Unread || s.Version != 1 || decision.Next.State != Closed {
			return fmt.Errorf("INV9: %s goes on as %s, %s, version %d", decision.Next.State, s.ID, s.State, s.Version)
		}
		if err := whole(s); err != nil {
			return err
		}
	}
	d := decision.Next
	from, version := none, int64(0)
	if before != nil && before.ID == d.ID {
		from, version = before.State, before.Version
	}
	switch {
	case d.Version != version+1:
		return fmt.Errorf("INV7: version %d follows %d", d.Version, version)
	case d.State != from && !slices.Contains(edges[from], d.State):
		return fmt.Errorf("INV9: %q to %q by %s", from, d.State, d.Last.Kind)
	case from == Closed && d.Last.WrapUp == "":
		return fmt.Errorf("INV4: a closed request has changed by %s", d.Last.Kind)
	}
	return whole(d)
}

// whole says what is wrong with a document by itself.
func whole(d *Document) error {
	joined, in := d.EverJoined, len(d.Members) > 0
	if want := map[State]bool{Unread: !in && !joined, Active: in, Inactive: !in && joined, Closed: !in}[d.State]; !want {
		return fmt.Errorf("INV1 to INV4: %s with %d members, ever joined %t", d.State, len(d.Members), joined)
	}
	owners := 0
	for i, m := range d.Members {
		if slices.ContainsFunc(d.Members[:i], func(o Member) bool { return o.Agent == m.Agent }) {
			return fmt.Errorf("%s is a member twice", m.Agent)
		}
		if m.Owner {
			owners++
		}
	}
	if owners > 1 {
		return fmt.Errorf("INV6: %d owners", owners)
	}
	for _, o := range d.Offers {
		if !d.Member(o.From) {
			return fmt.Errorf("T30: %s offers a place and is not in", o.From)
		}
	}
	if d.Last.At.Before(d.LastCustomerAt) || d.Alert.Generation < 1 {
		return fmt.Errorf("times or alerts are out of order: %+v", d)
	}
	return bounded(d)
}

// bounded says what of a document is larger than it may be.
func bounded(d *Document) error {
	total := 0
	for _, size := range d.Messages.Sizes {
		total += size
	}
	if n := len(d.Messages.Sizes); n > KeptMessages || (n > 1 && total > KeptBytes) {
		return fmt.Errorf("%d messages of %d bytes are kept", n, total)
	}
	if len(d.Recent) > recentCommands || len(d.Offers) > MaxOffers || len(d.Members) > MaxMembers {
		return fmt.Errorf("%d commands, %d offers, %d members", len(d.Recent), len(d.Offers), len(d.Members))
	}
	return nil
}

type drawn struct{ *rapid.T }

// below is as likely to be large as small, unlike a drawn number: it is a choice.
func (d drawn) below(n int, what string) int {
	choices := make([]int, n)
	for i := range choices {
		choices[i] = i
	}
	return rapid.SampledFrom(choices).Draw(d.T, what)
}

// Whatever is commanded in whatever order, the invariants hold after each step.
func TestInvariants(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		history(fatal{TB: t, fail: rt.Fatalf}, drawn{rt}, rapid.SampledFrom([]int{10, 60, 200}).Draw(rt, "commands"))
	})
}

// fatal lets rapid shrink what failed.
type fatal struct {
	testing.TB
	fail func(string, ...any)
}

func (f fatal) Fatalf(format string, args ...any) { f.fail(format, args...) }

// encoded are commands as a fuzzer writes them: a byte a choice.
type encoded struct{ bytes []byte }

func (e *encoded) below(n int, _ string) int {
	if len(e.bytes) == 0 {
		return 0
	}
	b := e.bytes[0]
	e.bytes = e.bytes[1:]
	return int(b) % n
}

// FuzzDecide holds the invariants over encoded commands:
//
//	go test -fuzz FuzzDecide ./runtime/request
func FuzzDecide(f *testing.F) {
	f.Add([]byte("a customer writes, an agent joins, and leaves again"))
	f.Add([]byte{0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25})
	f.Fuzz(func(t *testing.T, data []byte) {
		from := &encoded{bytes: data}
		for len(from.bytes) > 0 {
			history(t, from, 60)
		}
	})
}
