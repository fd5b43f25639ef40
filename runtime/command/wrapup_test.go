package command_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

func putPresence(online bool) protocol.PutPresence {
	return protocol.PutPresence{Online: online, Location: "Berlin"}
}

// T33: while ACTIVE, after the own leave, and after the close; it changes no state.
func TestT33WrapUp(t *testing.T) {
	l := lab.Start(t)
	id := l.MessageOn(lab.WrapUp, "john", "m1").Request
	for _, agent := range team(1) {
		must(t, l.Do.Join, agent, id)
		if got := must(t, wrapping(l.Do, "sale"), agent, id); got.Outcome != request.WrappedUp || got.Request.State != request.Active || got.Request.WrapUp == nil {
			t.Fatalf("T33 while ACTIVE: %+v, %+v", got, got.Request)
		}
		_, err := wrapping(l.Do, "sale")(ctx, agent, id, "")
		refused(t, "T33 twice", command.WrapUpOver, err)
	}
	must(t, l.Do.Join, lab.Erin, id)
	must(t, l.Do.Join, lab.Frank, id)
	must(t, l.Do.Leave, lab.Erin, id)
	must(t, wrapping(l.Do, "sale", "support"), lab.Erin, id)
	must(t, l.Do.Close, lab.Frank, id)
	before, err := l.Store.Get(ctx, keyspace.Closed(id))
	if err != nil {
		t.Fatal(err)
	}
	l.Clock.Move(time.Minute)
	if got := done(t)(l.Do.WrapUp(ctx, lab.Frank, id, "k1", protocol.WrapUp{Reasons: []string{"other"}, Note: "note"})); got.Request.State != request.Closed {
		t.Errorf("T33 after the close: %+v", got.Request)
	}
	if again := done(t)(l.Do.WrapUp(ctx, lab.Frank, id, "k1", protocol.WrapUp{Reasons: []string{"other"}, Note: "note"})); !again.Repeated {
		t.Errorf("G2: %+v", again)
	}
	after, err := l.Store.Get(ctx, keyspace.Closed(id))
	if err != nil || after.Revision == before.Revision {
		t.Errorf("the closed request was not written: %v", err)
	}
	got := map[string][]string{}
	for _, w := range closed(l, id).WrapUps {
		got[w.Agent] = w.Reasons
	}
	if diff := cmp.Diff(map[string][]string{"agent000": {"sale"}, "erin": {"sale", "support"}, "frank": {"other"}}, got); diff != "" {
		t.Error(diff)
	}
	if _, there := kept[string](l, keyspace.LastClosed(lab.WrapUp.Channel(), "john")); !there {
		t.Error("T06b: the last closed one is forgotten")
	}
}

func TestT33Refusals(t *testing.T) {
	l := lab.Start(t)
	id := l.MessageOn(lab.WrapUp, "john", "m1").Request
	must(t, l.Do.Join, lab.Erin, id)
	for name, reasons := range map[string][]string{"none": {}, "unknown": {"nothing"}, "twice": {"sale", "sale"}} {
		_, err := wrapping(l.Do, reasons...)(ctx, lab.Erin, id, "")
		if e := refused(t, "T33 "+name, command.InvalidRequest, err); !strings.Contains(e.Message, "sale, support, other") {
			t.Errorf("T33 %s: %q names no reasons", name, e.Message)
		}
	}
	_, err := l.Do.WrapUp(ctx, lab.Erin, id, "", protocol.WrapUp{Reasons: []string{"sale"}, Note: strings.Repeat("ä", 1001)})
	refused(t, "T33 a long note", command.InvalidRequest, err)
	_, err = wrapping(l.Do, "sale")(ctx, lab.Frank, id, "")
	refused(t, "T33 by who was not in it", command.NotAMember, err)
	_, err = wrapping(l.Do, "sale")(ctx, lab.Alice, id, "")
	refused(t, "T33 by a stranger", command.UnknownRequest, err)
	must(t, l.Do.Leave, lab.Erin, id)
	l.Clock.Move(time.Minute + time.Millisecond)
	_, err = wrapping(l.Do, "sale")(ctx, lab.Erin, id, "")
	refused(t, "T33 too late", command.WrapUpOver, err)
	plain := l.MessageOn(lab.Grab, "john", "m1").Request
	must(t, l.Do.Join, lab.Erin, plain)
	_, err = wrapping(l.Do, "sale")(ctx, lab.Erin, plain, "")
	refused(t, "T33 on a list without", command.NoWrapUp, err)
}

// T33: who was invited from elsewhere may wrap up, whatever happens after they
// have gone.
func TestT33OfAnInvitedAgent(t *testing.T) {
	l := lab.Start(t)
	connect(l, lab.Erin, lab.Alice)
	id := l.MessageOn(lab.WrapUp, "john", "m1").Request
	must(t, l.Do.Join, lab.Erin, id)
	must(t, l.Do.Accept, lab.Alice, must(t, target(l.Do.Invite, toAgent("alice")), lab.Erin, id).Offer.ID)
	must(t, l.Do.Leave, lab.Alice, id)
	must(t, l.Do.Close, lab.Erin, id)
	must(t, wrapping(l.Do, "sale"), lab.Erin, id)
	must(t, wrapping(l.Do, "sale"), lab.Alice, id)
}

// T33: the timer of a closed request applies the default reason to who has not
// chosen, and a choice at the same moment is not lost.
func TestT33TimerAgainstChoice(t *testing.T) {
	l := lab.Start(t)
	x := another(l)
	for _, customer := range []string{"a", "b", "c", "d", "e", "f"} {
		id := l.MessageOn(lab.WrapUp, customer, "m1").Request
		must(t, l.Do.Join, lab.Erin, id)
		must(t, l.Do.Join, lab.Frank, id)
		must(t, l.Do.Close, lab.Frank, id)
		fired := make(chan error)
		go func() {
			fired <- x.Fire(ctx, id, request.Clock{Kind: request.WrapUpTimeout, Target: "erin"})
		}()
		must(t, wrapping(l.Do, "sale"), lab.Frank, id)
		if err := <-fired; err != nil {
			t.Fatal(err)
		}
		l.Clock.Move(time.Minute + time.Millisecond)
		for _, agent := range []string{"erin", "frank"} {
			if err := l.Do.Fire(ctx, id, request.Clock{Kind: request.WrapUpTimeout, Target: agent}); err != nil {
				t.Fatal(err)
			}
		}
		d := closed(l, id)
		if e, f := d.WrapUpOf("erin"), d.WrapUpOf("frank"); !e.ByTimer || e.Reasons[0] != "other" || f.ByTimer || f.Reasons[0] != "sale" {
			t.Errorf("T33: %+v, %+v", e, f)
		}
	}
}
