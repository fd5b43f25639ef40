package command_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// T09: who comes second is told who has the request, and since when.
func TestT09JoinOfAGrabbedRequest(t *testing.T) {
	l := lab.Start(t)
	id := l.MessageOn(lab.Grab, "john", "m1").Request
	joined := must(t, l.Do.Join, lab.Erin, id)
	if m := joined.Request.Members; len(m) != 1 || !m[0].Owner {
		t.Errorf("INV6: the one who grabbed it owns it: %+v", m)
	}
	_, err := l.Do.Join(ctx, lab.Frank, id, "")
	e := refused(t, "T09", command.Grabbed, err)
	want := map[string]any{"grabbedBy": "erin", "grabbedAt": "2026-03-01T09:00:00Z"}
	if diff := cmp.Diff(want, e.Details); diff != "" {
		t.Errorf("T09: %s", diff)
	}
	if d := open(l, id); d.Version != 2 {
		t.Errorf("INV7: the refused join took the version to %d", d.Version)
	}
	for name, do := range map[string]act{"leave": l.Do.Leave, "close": l.Do.Close, "say": saying(l.Do, "hello"), "transfer": target(l.Do.Transfer, toList("l1"))} {
		if _, err := do(ctx, lab.Frank, id, ""); reason(err) != command.UnknownRequest {
			t.Errorf("N12: %s of what is erin's alone: %v", name, err)
		}
	}
	if _, err := l.Do.Conversation(ctx, lab.Frank, id); reason(err) != command.UnknownRequest {
		t.Errorf("N12: the conversation: %v", err)
	}
}

// T10: Admins come in beside the owner, and do not own it.
func TestT10AdminsJoinAGrabbedRequest(t *testing.T) {
	l := lab.Start(t)
	id := l.MessageOn(lab.Grab, "john", "m1").Request
	must(t, l.Do.Join, lab.Gina, id)
	must(t, l.Do.Join, lab.Erin, id) // an Admin keeps nobody from grabbing it
	d := open(l, id)
	if d.Owner() == nil || d.Owner().Agent != "erin" || !d.Members[0].Admin {
		t.Errorf("members %+v", d.Members)
	}
	if got := done(t)(l.Do.RemoveMember(ctx, lab.Gina, id, "erin", "")); got.Outcome != request.Removed {
		t.Errorf("section 4: %+v", got)
	}
	must(t, l.Do.Join, lab.Frank, id)
	if owner := open(l, id).Owner(); owner == nil || owner.Agent != "frank" {
		t.Errorf("section 4: after the Admin's removal %+v owns it", owner)
	}
}

// L5: members from before the list became a Grab list stay, and nobody joins them.
func TestL5MembersFromBeforeGrab(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	must(t, l.Do.Join, lab.Alice, id)
	config := lab.Config()
	config.Lists[0].JoinPolicy = snapshot.JoinGrab
	l.Program(config)
	_, err := l.Do.Join(ctx, lab.Bob, id, "")
	if e := refused(t, "L5", command.Grabbed, err); e.Details["grabbedBy"] != "alice" {
		t.Errorf("L5: %+v", e.Details)
	}
	must(t, l.Do.Leave, lab.Alice, id)
	must(t, l.Do.Join, lab.Bob, id)
	l.Program(lab.Config())
	must(t, l.Do.Join, lab.Alice, id) // Grab to Collaboration opens it
}

// team are n Representatives of every policy's list.
func team(n int) []inbox.Agent {
	agents := make([]inbox.Agent, n)
	for i := range agents {
		agents[i] = inbox.Agent{Name: fmt.Sprintf("agent%03d", i), Groups: []string{"team"}}
	}
	return agents
}

// G1: N grabs of one request at the same moment have one winner, whom every loser
// is told. G2: the winner's retry succeeds, a loser's does not.
func TestG1GrabsAtTheSameMoment(t *testing.T) {
	l := lab.Start(t)
	ctx, at := patient(t), either(l)
	for _, n := range []int{2, 50} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			id := l.MessageOn(lab.Grab, fmt.Sprint("customer of ", n), fmt.Sprint("m", n)).Request
			agents, errs := team(n), make([]error, n)
			storm := func(keep func(i int, repeated bool, err error)) {
				var wg sync.WaitGroup
				for i, agent := range agents {
					wg.Go(func() {
						got, err := at(i).Join(ctx, agent, id, "the same key for all")
						keep(i, got.Repeated, err)
					})
				}
				wg.Wait()
			}
			storm(func(i int, _ bool, err error) { errs[i] = err })
			winner := ""
			for i, err := range errs {
				if err == nil {
					if winner != "" {
						t.Fatalf("G1: %s and %s have it", winner, agents[i].Name)
					}
					winner = agents[i].Name
				}
			}
			if d := open(l, id); winner == "" || d.Version != 2 || len(d.Members) != 1 || d.Owner().Agent != winner {
				t.Fatalf("G1: winner %q, %+v", winner, d)
			}
			check := func(rule string) func(int, bool, error) {
				return func(i int, repeated bool, err error) {
					if agents[i].Name == winner {
						if err != nil || !repeated {
							t.Errorf("%s: the winner: repeated %t, %v", rule, repeated, err)
						}
						return
					}
					if e, ok := err.(*command.Error); !ok || e.Reason != command.Grabbed || e.Details["grabbedBy"] != winner {
						t.Errorf("%s: loser %d: %v", rule, i, err)
					}
				}
			}
			for i, err := range errs {
				if agents[i].Name != winner {
					check("G1")(i, false, err)
				}
			}
			storm(check("G2"))
			if d := open(l, id); d.Version != 2 {
				t.Errorf("G2: the retries took the version to %d", d.Version)
			}
		})
	}
}

// G2: a loser's retry is decided anew: it succeeds when the owner has left.
func TestG2LoserComesBack(t *testing.T) {
	l := lab.Start(t)
	id := l.MessageOn(lab.Grab, "john", "m1").Request
	must(t, l.Do.Join, lab.Erin, id)
	_, err := l.Do.Join(ctx, lab.Frank, id, "k1")
	refused(t, "T09", command.Grabbed, err)
	must(t, l.Do.Leave, lab.Erin, id)
	if got, err := l.Do.Join(ctx, lab.Frank, id, "k1"); err != nil || got.Outcome != request.Joined || got.Repeated {
		t.Errorf("G2: %v, %+v", err, got)
	}
}
