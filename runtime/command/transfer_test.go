package command_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// T28: a transfer to a list closes the request, and the customer goes on as a new
// one, with what they said, in the same transition.
func TestT28TransferToAList(t *testing.T) {
	l := lab.Start(t)
	id := l.MessageOn(lab.WrapUp, "john", "m1").Request
	must(t, l.Do.Join, lab.Erin, id)
	got := done(t)(l.Do.Transfer(ctx, lab.Erin, id, "k1", toList(lab.Grab.List())))
	if got.Outcome != request.Transferred || got.Request.State != request.Closed || got.Request.CloseReason != request.ClosedByTransfer {
		t.Fatalf("T28: %+v, %+v", got, got.Request)
	}
	old, next := closed(l, id), open(l, got.Request.TransferredTo)
	if next.List != lab.Grab.List() || next.State != request.Unread || next.Version != 1 || next.TransferredFrom != id || !next.Grab {
		t.Errorf("T28: the successor is %+v", next)
	}
	if w := old.WrapUpOf("erin"); w == nil || w.AppliedAt != nil {
		t.Errorf("T28: the member who was let go owes a wrap-up: %+v", w)
	}
	if diff := cmp.Diff([]string{next.ID}, keys(l, keyspace.Alerts)); diff != "" {
		t.Errorf("N4: alerts of the old and the new one: %s", diff)
	}
	if e := l.View.Request(next.ID); e.AlertRevision != e.Revision {
		t.Errorf("N4: the alert is of %d and the request of %d", e.AlertRevision, e.Revision)
	}
	if _, there := kept[string](l, keyspace.LastClosed(lab.WrapUp.Channel(), "john")); there {
		t.Error("T06b: the customer has not been closed, they went on")
	}
	if more := l.MessageOn(lab.WrapUp, "john", "m2"); more.Request != next.ID || more.Outcome != request.Appended {
		t.Errorf("INV5: the next message answered %+v", more)
	}
	joined := must(t, l.Do.Join, lab.Frank, next.ID)
	if len(joined.Messages) != 2 || joined.Messages[0].ID != "m1" {
		t.Errorf("decision 9: who joins the successor sees %+v", joined.Messages)
	}
	if c, err := l.Do.Conversation(ctx, lab.Erin, id); err != nil || len(c.Messages) > 0 {
		t.Errorf("who is not in the successor sees of it %+v, %v", c.Messages, err)
	}
	must(t, l.Do.Close, lab.Frank, next.ID)
	if left := keys(l, keyspace.Messages); len(left) > 0 {
		t.Errorf("decision 9: after the last close there is %v", left)
	}
	if left := keys(l, keyspace.Alerts); len(left) > 0 {
		t.Errorf("N6: after the last close there are alerts %v", left)
	}
}

// A retry of a transfer finds the closed request, and makes no second successor.
func TestT28Retry(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	must(t, l.Do.Join, lab.Alice, id)
	first := done(t)(l.Do.Transfer(ctx, lab.Alice, id, "k1", toList("l2")))
	config := lab.Config()
	config.Lists[1].Draining = true // what was done does not become undone by that
	l.Program(config)
	again := done(t)(l.Do.Transfer(ctx, lab.Alice, id, "k1", toList("l2")))
	if !again.Repeated || again.Outcome != request.Transferred || again.Request.TransferredTo != first.Request.TransferredTo {
		t.Errorf("G2: the retry answered %+v", again)
	}
	_, err := l.Do.Transfer(ctx, lab.Alice, id, "k2", toList(lab.Grab.List()))
	refused(t, "T28 of a closed one", command.Gone, err)
}

func TestT28Refusals(t *testing.T) {
	l := lab.Start(t)
	config := lab.Config()
	config.Lists[1].Draining = true
	l.Program(config)
	id := l.Message("john", "m1").Request
	must(t, l.Do.Join, lab.Alice, id)
	for name, tc := range map[string]struct {
		do   act
		want command.Reason
	}{
		"an unknown list":          {target(l.Do.Transfer, toList("l9")), command.UnknownList},
		"a list that is draining":  {target(l.Do.Transfer, toList("l2")), command.ListUnavailable},
		"the list that it is on":   {target(l.Do.Transfer, toList("l1")), command.InvalidRequest},
		"to nobody":                {target(l.Do.Transfer, protocol.Target{}), command.InvalidRequest},
		"to two":                   {target(l.Do.Transfer, protocol.Target{Agent: "bob", List: "l2"}), command.InvalidRequest},
		"invite of a list unknown": {target(l.Do.Invite, toList("l9")), command.UnknownList},
	} {
		_, err := tc.do(ctx, lab.Alice, id, "")
		refused(t, name, tc.want, err)
	}
	_, err := l.Do.Transfer(ctx, lab.Bob, id, "", toList(lab.Grab.List()))
	refused(t, "section 4: by who has not joined", command.Forbidden, err)
	if got := done(t)(l.Do.Transfer(ctx, lab.Carol, id, "", toList(lab.Grab.List()))); got.Outcome != request.Transferred {
		t.Errorf("section 4: by an Admin: %+v", got)
	}
}

// L2: a list that is deleted gives its requests to another one; done twice is done
// once.
func TestL2Move(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	for range 2 {
		if err := l.Do.Move(ctx, id, "l2"); err != nil {
			t.Fatal(err)
		}
	}
	next := open(l, closed(l, id).TransferredTo)
	if next.List != "l2" || next.Last.Actor.Kind != request.SystemActor {
		t.Errorf("L2: %+v", next)
	}
	refused(t, "L2: to nowhere", command.UnknownList, l.Do.Move(ctx, next.ID, "l9"))
	if err := l.Do.ForceClose(ctx, next.ID); err != nil || closed(l, next.ID).Reason != request.ClosedByForce {
		t.Errorf("L2: force: %v", err)
	}
	if err := l.Do.ForceClose(ctx, "nothing"); err != nil {
		t.Errorf("what is gone needs nothing: %v", err)
	}
}

// L1: a message of a new customer goes where the list that is deleted gives its
// requests to, if that is there.
func TestL1NewRequestsOfADeletedList(t *testing.T) {
	for name, tc := range map[string]struct {
		deletion snapshot.Deletion
		want     string
	}{
		"with a target":                 {snapshot.Deletion{Policy: snapshot.DeletionTransfer, TransferTo: "l2"}, "l2"},
		"without one":                   {snapshot.Deletion{}, ""},
		"with one that drains likewise": {snapshot.Deletion{Policy: snapshot.DeletionTransfer, TransferTo: lab.Grab.List()}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			l := lab.Start(t)
			johns := l.Message("john", "m1").Request
			config := lab.Config()
			config.Lists[0].Draining, config.Lists[0].Deletion = true, tc.deletion
			l.Program(config)
			if tc.deletion.TransferTo == lab.Grab.List() {
				l.View.Config().List(lab.Grab.List()).Draining = true // no operator programs that
			}
			receipt, err := l.Do.Receive(ctx, "facebook", protocol.PostMessage{ID: "m1", Customer: protocol.Customer{ID: "mary"}, Text: "hi"})
			if tc.want == "" {
				if e := refused(t, "L1", command.ListUnavailable, err); e.RetryAfter == 0 {
					t.Error("L1: without Retry-After")
				}
			} else if err != nil || receipt.List != tc.want {
				t.Errorf("L1: %v, %+v", err, receipt)
			}
			if more := l.Message("john", "m2"); more.Request != johns {
				t.Errorf("L2: what is open on it: %+v", more)
			}
		})
	}
}

// L3: a channel that is pointed to another list keeps its open requests where they
// are.
func TestL3ChannelOfAnotherList(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	config := lab.Config()
	config.Channels[0].List = "l2"
	l.Program(config)
	if more := l.Message("john", "m2"); more.Request != id || more.List != "l1" {
		t.Errorf("L3: what is open: %+v", more)
	}
	must(t, l.Do.Close, lab.Carol, id)
	if next := l.Message("john", "m3"); next.List != "l2" {
		t.Errorf("L3: the next one: %+v", next)
	}
}

// A transfer and a join at the same moment: the joiner is in the old one before it
// closed, or is told that it is gone; the successor is UNREAD.
func TestTransferAgainstJoin(t *testing.T) {
	l := lab.Start(t)
	x := another(l)
	for round := range 20 {
		id := l.Message(fmt.Sprint("c", round), "m1").Request
		var moved protocol.Result
		var wg sync.WaitGroup
		wg.Go(func() {
			var err error
			if moved, err = x.Transfer(ctx, lab.Carol, id, "", toList("l2")); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if _, err := l.Do.Join(ctx, lab.Alice, id, ""); err != nil && reason(err) != command.Gone {
				t.Error(err)
			}
		})
		wg.Wait()
		if len(closed(l, id).Members) > 0 {
			t.Fatal("INV4: the closed one has members")
		}
		if next := open(l, moved.Request.TransferredTo); next.State != request.Unread || len(next.Members) > 0 {
			t.Fatalf("T28: the successor is %+v", next)
		}
	}
}
