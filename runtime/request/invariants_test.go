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

// Whatever is commanded in whatever order, the invariants hold after each step.
func TestInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d *Document
		now := start
		ids := 0
		for range rapid.IntRange(1, 60).Draw(t, "commands") {
			now = now.Add(time.Duration(rapid.Int64Range(-int64(time.Hour), int64(26*time.Hour)).Draw(t, "passes")))
			c := draw(t)
			ids++
			decision := Decide(d, c, Env{
				Now:   now,
				Place: Place{ID: fmt.Sprintf("r%d", ids), List: "l1", Channel: "c2"},
				List: &snapshot.List{
					ClosePolicy:    rapid.SampledFrom([]snapshot.ClosePolicy{snapshot.CloseMembers, snapshot.CloseSubscribers, snapshot.CloseAdmins}).Draw(t, "policy"),
					AutoCloseAfter: snapshot.Duration(24 * time.Hour),
				},
			})
			hold(t, d, decision)
			if decision.Next != nil {
				d = decision.Next
			}
		}
	})
}

func draw(t *rapid.T) Command {
	kind := rapid.SampledFrom([]Kind{Receive, Join, Leave, Close, EndSession, Expire}).Draw(t, "kind")
	agent := rapid.SampledFrom([]string{"alice", "bob", "carol"}).Draw(t, "agent")
	c := by(agent, kind)
	switch kind {
	case Receive:
		c = message(rapid.StringMatching(`m[0-9]`).Draw(t, "message"))
		c.Message.Text = rapid.StringN(0, 10, 40_000).Draw(t, "text")
	case EndSession, Expire:
		c = customer(kind)
	default:
		c.Rights.Role = rapid.SampledFrom([]snapshot.Role{snapshot.Representative, snapshot.Admin}).Draw(t, "role")
		c.Rights.Subscribed = rapid.Bool().Draw(t, "subscribed")
		c.Key = rapid.SampledFrom([]string{"", "k1", "k2"}).Draw(t, "key")
	}
	return c
}

func hold(t *rapid.T, before *Document, decision Decision) {
	if decision.Next == nil {
		return
	}
	d := decision.Next
	from, version := none, int64(0)
	if before != nil && before.ID == d.ID {
		from, version = before.State, before.Version
	}
	if d.Version != version+1 {
		t.Fatalf("INV7: version %d follows %d", d.Version, version)
	}
	if d.State != from && !slices.Contains(edges[from], d.State) {
		t.Fatalf("INV9: %q to %q", from, d.State)
	}
	if before != nil && !before.Open() && before.ID == d.ID {
		t.Fatal("INV4: a closed request has changed")
	}
	joined, in := d.EverJoined, len(d.Members) > 0
	want := map[State]bool{Unread: !in && !joined, Active: in, Inactive: !in && joined, Closed: !in}[d.State]
	if !want {
		t.Fatalf("INV1 to INV4: %s with %d members, ever joined %t", d.State, len(d.Members), joined)
	}
	for i, m := range d.Members {
		if slices.ContainsFunc(d.Members[:i], func(o Member) bool { return o.Agent == m.Agent }) {
			t.Fatalf("%s is a member twice", m.Agent)
		}
	}
	if d.LastCustomerAt.Before(d.OpenedAt) || d.Last.At.Before(d.LastCustomerAt) || (d.Open() && d.WaitingSince == nil) {
		t.Fatalf("times are out of order: %+v", d)
	}
	total := 0
	for _, size := range d.Messages.Sizes {
		total += size
	}
	if n := len(d.Messages.Sizes); n > KeptMessages || (n > 1 && total > KeptBytes) {
		t.Fatalf("%d messages of %d bytes are kept", n, total)
	}
	if len(d.Recent) > recentCommands {
		t.Fatalf("%d commands are remembered", len(d.Recent))
	}
}
