package hub_test

import (
	"slices"
	"testing"

	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/snapshot"
)

// The story of a request on a Grab list, there and back: what its Representatives
// and its Admin hear, live and resumed from the beginning (R1), here and at another
// replica.
func TestGrabRoundTrip(t *testing.T) {
	l := lab.Start(t)
	list := lab.Grab.List()
	erin, frank, gina := sit(t, l, lab.Erin), sit(t, l, lab.Frank), sit(t, l, lab.Gina, list)
	reps, all := []*desk{erin, frank}, []*desk{erin, frank, gina}

	id := l.MessageOn(lab.Grab, "john", "m1").Request
	each("T01", reps, "received, alert")
	gina.hears("N11", "received")

	join(t, l, lab.Erin, id)
	each("T07, N9", []*desk{erin, gina}, "ACTIVE")
	frank.hears("N6, N12", "removed for erin")
	if _, err := l.Do.Join(ctx, lab.Frank, id, ""); err == nil { // T09: refused, so nothing is published (N10)
		t.Error("T09: frank has joined")
	}
	l.MessageOn(lab.Grab, "john", "m2")
	erin.hears("T04, and N10", "message")
	for _, tc := range []struct {
		desk *desk
		want int
	}{{erin, 1}, {frank, 0}, {gina, 1}} {
		if got := rows(t, l, tc.desk.agent); len(got) != tc.want {
			t.Errorf("N12: %s is shown %v", tc.desk.agent.Name, got)
		}
	}

	join(t, l, lab.Gina, id)
	each("T10", []*desk{erin, gina}, "members")
	leave(t, l, lab.Erin, id)
	each("N12: the owner has left, the row is back for everybody", all, "ACTIVE")
	if got := rows(t, l, lab.Frank); !slices.Equal(got, []string{id}) {
		t.Errorf("N12: frank is shown %v", got)
	}
	leave(t, l, lab.Gina, id)
	each("T15, and N10, N12: nothing for frank meanwhile", all, "INACTIVE")
	join(t, l, lab.Frank, id)
	each("T11", []*desk{frank, gina}, "ACTIVE")
	erin.hears("N12", "removed for frank")
	shut(t, l, lab.Frank, id)
	each("T18", []*desk{frank, gina}, "CLOSED")

	id = l.MessageOn(lab.Grab, "john", "m3").Request
	each("T06, and N7: nothing of the closed one for erin", reps, "received, alert")
	gina.hears("N11", "received")

	second := replica(t, l, "second")
	for _, d := range all {
		for where, h := range map[string]*hub.Hub{"here": l.Hub, "at another replica": second} {
			c, err := h.Connect(ctx, d.agent, d.began)
			if err != nil {
				t.Fatal(err)
			}
			frames, _ := until(t, c, len(d.heard))
			c.Close()
			if !slices.EqualFunc(d.heard, frames, func(a, b hub.Frame) bool { return string(a.Data) == string(b.Data) }) {
				t.Errorf("R1: %s heard %v, and resumes %s with %v", d.agent.Name, words(t, d.heard), where, words(t, frames))
			}
		}
	}
}

// R1, N12: who resumes from before the grab hears what they would have heard, and
// from behind it nothing of the owner's request.
func TestResumeAcrossAGrab(t *testing.T) {
	l := lab.Start(t)
	frank := sit(t, l, lab.Frank)
	id := l.MessageOn(lab.Grab, "john", "m1").Request
	join(t, l, lab.Erin, id)
	frank.hears("N6", "received, alert", "removed for erin")
	behind := protocol.Cursor{History: l.View.History(), Revision: l.View.Revision()}.String()
	l.MessageOn(lab.Grab, "john", "m2")
	shut(t, l, lab.Erin, id)
	l.MessageOn(lab.Grab, "mary", "m3")
	for cursor, want := range map[string][]string{
		frank.began: {"received, alert", "removed for erin", "received, alert"},
		behind:      {"received, alert"},
	} {
		resumed := &desk{t: t, agent: lab.Frank, c: l.Connect(lab.Frank, cursor)}
		resumed.hears("R1", want...)
	}
}

// N12: a Representative who was invited keeps up with the request, and its owner's
// leave brings the row back to the others.
func TestInvitedPastTheOwner(t *testing.T) {
	l := lab.Start(t)
	erin, frank := sit(t, l, lab.Erin), sit(t, l, lab.Frank)
	id := l.MessageOn(lab.Grab, "john", "m1").Request
	join(t, l, lab.Erin, id)
	erin.hears("T07", "received, alert", "ACTIVE")
	frank.hears("N12", "received, alert", "removed for erin")
	meet(t, l, lab.Frank)
	result, err := l.Do.Invite(ctx, lab.Erin, id, "", protocol.Target{Agent: "frank"})
	do(t, result, err)
	each("T31", []*desk{erin, frank}, "offer made")
	if got := rows(t, l, lab.Frank); len(got) != 0 {
		t.Errorf("N12: an offer makes no row: %v", got)
	}
	result, err = l.Do.Accept(ctx, lab.Frank, result.Offer.ID, "")
	do(t, result, err)
	each("T31", []*desk{erin, frank}, "members", "offer accepted")
	leave(t, l, lab.Frank, id)
	each("T14: one", []*desk{erin, frank}, "ACTIVE")
	if got := rows(t, l, lab.Frank); len(got) != 0 {
		t.Errorf("N12: frank has left and is shown %v", got)
	}
	leave(t, l, lab.Erin, id)
	each("N12", []*desk{erin, frank}, "INACTIVE")
}

// L5: a list that changes its joinPolicy shows everybody at once what they see of it
// from now on.
func TestJoinPolicyChangesUnderOpenRequests(t *testing.T) {
	l := lab.Start(t)
	erin, frank, gina := sit(t, l, lab.Erin), sit(t, l, lab.Frank), sit(t, l, lab.Gina, lab.Grab.List())
	id := l.MessageOn(lab.Grab, "john", "m1").Request
	join(t, l, lab.Erin, id)
	each("T07", []*desk{erin}, "received, alert", "ACTIVE")
	each("T07", []*desk{gina}, "received", "ACTIVE")
	frank.hears("N12", "received, alert", "removed for erin")

	policy := func(p snapshot.JoinPolicy) {
		config := lab.Config()
		for i := range config.Lists {
			if config.Lists[i].Name == lab.Grab.List() {
				config.Lists[i].JoinPolicy = p
			}
		}
		l.Program(config)
	}
	policy(snapshot.JoinCollaboration)
	each("L5: it opens", []*desk{erin, frank, gina}, "lists.changed", "snapshot of 1")
	policy(snapshot.JoinGrab)
	each("L5: it is the owner's again", []*desk{erin, gina}, "lists.changed", "snapshot of 1")
	frank.hears("L5, N12", "lists.changed", "snapshot of 0")
	l.MessageOn(lab.Grab, "mary", "m2")
	each("N11 is as before", []*desk{erin, frank}, "received, alert")
	gina.hears("N11", "received")
}

// An agent's role on a list may change: from then on they are told what it tells,
// also on a connection from before.
func TestRoleChangesUnderAConnection(t *testing.T) {
	l := lab.Start(t)
	frank := sit(t, l, lab.Frank)
	id := l.MessageOn(lab.Grab, "john", "m1").Request
	join(t, l, lab.Erin, id)
	frank.hears("N12", "received, alert", "removed for erin")

	config := lab.Config()
	for i, s := range config.Subscriptions {
		if s.Role == snapshot.Admin && slices.Contains(s.Lists, lab.Grab.List()) {
			config.Subscriptions[i].Agents = []string{"frank"}
		}
	}
	l.Program(config)
	frames, _ := until(t, frank.c, 2)
	wantTypes(t, "an Admin now", frames, protocol.EventListsChanged, protocol.EventSnapshot)
	if s := snapshotOf(t, frames[1]); !slices.Contains(s.Only, lab.Grab.List()) || len(s.Requests) != 1 {
		t.Errorf("N12: the Admin is shown %+v", s)
	}
	l.MessageOn(lab.Grab, "mary", "m2")
	frank.hears("N11", "received")
	l.Program(lab.Config())
	frames, _ = until(t, frank.c, 2)
	if s := snapshotOf(t, frames[1]); len(s.Requests) != 1 || s.Requests[0].ID == id {
		t.Errorf("N12: the Representative is shown %+v", s)
	}
	l.MessageOn(lab.Grab, "paul", "m3")
	frank.hears("N11 is over", "received, alert")
}
