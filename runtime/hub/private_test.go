package hub_test

import (
	"testing"

	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// T29 to T31: offers are for those who have a part in them; of a list, for its
// subscribers. Who connects later is shown those that stand.
func TestOffers(t *testing.T) {
	l := lab.Start(t)
	alice, bob, carol := sit(t, l, lab.Alice), sit(t, l, lab.Bob), sit(t, l, lab.Carol, "l2")
	id := l.Message("john", "m1").Request
	join(t, l, lab.Alice, id)
	each("T07", []*desk{alice, bob}, "received, alert", "ACTIVE")

	meet(t, l, lab.Bob)
	result, err := l.Do.Transfer(ctx, lab.Alice, id, "", protocol.Target{Agent: "bob"})
	do(t, result, err)
	toBob := result.Offer.ID
	each("T29", []*desk{alice, bob}, "offer made")
	result, err = l.Do.Invite(ctx, lab.Alice, id, "", protocol.Target{List: "l2"})
	do(t, result, err)
	each("T31", []*desk{alice, carol}, "offer made")
	for agent, want := range map[*desk]int{alice: 2, bob: 1, carol: 1} {
		c := l.Connect(agent.agent, "")
		if s := snapshotOf(t, next(t, c).Frames[0]); len(s.Offers) != want || s.Offers[0].Request == nil {
			t.Errorf("%s is shown %d offers: %+v", agent.agent.Name, len(s.Offers), s.Offers)
		}
		c.Close()
	}
	result, err = l.Do.Decline(ctx, lab.Bob, toBob, "")
	do(t, result, err)
	each("T30: nothing on the list", []*desk{alice, bob}, "offer declined")
	shut(t, l, lab.Alice, id)
	alice.hears("T18", "CLOSED", "offer withdrawn")
	bob.hears("T18", "CLOSED")
	carol.hears("T18: of the request itself, which is on no list of hers, nothing", "offer withdrawn")

	resumed := &desk{t: t, agent: lab.Carol, c: l.Connect(lab.Carol, carol.began)}
	resumed.hears("R1", "offer made", "offer withdrawn")
}

// T28: the old list is told that the request is closed, the new one that there is
// one, and who is on both hears both.
func TestTransferIsToldOnBothLists(t *testing.T) {
	l := lab.Start(t)
	alice, carol := sit(t, l, lab.Alice), sit(t, l, lab.Carol, "l1", "l2")
	both := []*desk{alice, carol}
	id := l.Message("john", "m1").Request
	join(t, l, lab.Alice, id)
	each("T07", both, "received, alert", "ACTIVE")
	result, err := l.Do.Transfer(ctx, lab.Alice, id, "", protocol.Target{List: "l2"})
	do(t, result, err)
	alice.hears("T28", "CLOSED")
	carol.hears("T28", "CLOSED", "received, alert")
	closed, opened := lab.Event(t, carol.heard[2]), lab.Event(t, carol.heard[3])
	if closed.List != "l1" || closed.Request.CloseReason != request.ClosedByTransfer || closed.Request.TransferredTo != opened.RequestID ||
		opened.List != "l2" || opened.Request.TransferredFrom != closed.RequestID {
		t.Errorf("T28: %+v, %+v", closed.Request, opened.Request)
	}
}

// T14: when one of several leaves, everybody hears of it exactly once: who leaves,
// who stays, and who is only subscribed.
func TestLeaveIsToldOnce(t *testing.T) {
	l := lab.Start(t)
	all := []*desk{sit(t, l, lab.Alice), sit(t, l, lab.Bob), sit(t, l, lab.Carol, "l1")}
	id := l.Message("john", "m1").Request
	join(t, l, lab.Alice, id)
	join(t, l, lab.Bob, id)
	each("T08", all, "received, alert", "ACTIVE", "members")
	leave(t, l, lab.Alice, id)
	each("T14", all, "ACTIVE")
	l.Message("mary", "m2")
	each("T14: one", all, "received, alert")
	if e := lab.Event(t, all[2].heard[3]); e.Cause != request.Leave || len(e.Released) != 1 || e.Released[0] != "alice" {
		t.Errorf("T14: %+v", e)
	}
}

// N5: what is dismissed on one device is told on the agent's others, also when they
// resume, and to nobody else.
func TestDismissalsReachTheOtherDevice(t *testing.T) {
	l := lab.Start(t)
	desk1, desk2, bob := sit(t, l, lab.Alice), sit(t, l, lab.Alice), sit(t, l, lab.Bob)
	id := l.Message("john", "m1").Request
	each("T01", []*desk{desk1, desk2, bob}, "received, alert")
	if err := l.Do.Dismiss(ctx, lab.Alice, id); err != nil {
		t.Fatal(err)
	}
	each("N5", []*desk{desk1, desk2}, "alert.withdrawn")
	l.Message("paul", "m3")
	each("T01", []*desk{desk1, desk2, bob}, "received, alert")
	if err := l.Do.DismissAll(ctx, lab.Alice); err != nil {
		t.Fatal(err)
	}
	each("N5 all", []*desk{desk1, desk2}, "alert.withdrawn")
	l.Message("mary", "m2")
	each("N5: bob hears nothing of it", []*desk{desk1, desk2, bob}, "received, alert")
	resumed := &desk{t: t, agent: lab.Alice, c: l.Connect(lab.Alice, desk1.began)}
	resumed.hears("R1, N5", "received, alert", "alert.withdrawn", "received, alert", "alert.withdrawn", "received, alert")
}

// N4: what was heard is not told again to who comes back, and what was missed is.
func TestNothingIsAnnouncedTwice(t *testing.T) {
	l := lab.Start(t)
	alice := sit(t, l, lab.Alice)
	l.Message("john", "m1")
	frames, cursor := until(t, alice.c, 1)
	wantTypes(t, "N4", frames, protocol.EventReceived)
	alice.c.Close()
	l.Message("mary", "m2")
	again := &desk{t: t, agent: lab.Alice, c: l.Connect(lab.Alice, cursor)}
	again.hears("N4", "received, alert")
	if e := lab.Event(t, again.heard[0]); e.Request.Customer.ID != "mary" || e.AlertGeneration != 1 {
		t.Errorf("N4: %+v", e)
	}
}

// Whether a customer is there is told to who is with them.
func TestCustomerPresenceIsForMembers(t *testing.T) {
	l := lab.Start(t)
	alice, bob := sit(t, l, lab.Alice), sit(t, l, lab.Bob)
	id := l.Message("john", "m1").Request
	join(t, l, lab.Alice, id)
	if err := l.Do.PutPresence(ctx, "facebook", "john", protocol.PutPresence{Online: true}); err != nil {
		t.Fatal(err)
	}
	leave(t, l, lab.Alice, id)
	alice.hears("presence", "received, alert", "ACTIVE", "customer.presence", "INACTIVE")
	bob.hears("no presence", "received, alert", "ACTIVE", "INACTIVE")
}

// N2: subscribing again shows once more what is open, on every device, and tells
// nothing new.
func TestSubscribingAgain(t *testing.T) {
	l := lab.Start(t)
	alice, other, bob := sit(t, l, lab.Alice), sit(t, l, lab.Alice), sit(t, l, lab.Bob)
	id := l.Message("john", "m1").Request
	each("T01", []*desk{alice, other, bob}, "received, alert")
	if err := l.Do.Subscribe(ctx, lab.Alice, "l1"); err != nil {
		t.Fatal(err)
	}
	each("N2", []*desk{alice, other}, "snapshot of 1")
	s := snapshotOf(t, alice.heard[1])
	if len(s.Only) != 1 || s.Only[0] != "l1" || s.Requests[0].ID != id {
		t.Errorf("N2: %+v", s)
	}
	join(t, l, lab.Bob, id)
	each("N2: no more than that", []*desk{alice, other, bob}, "ACTIVE")
	resumed := &desk{t: t, agent: lab.Alice, c: l.Connect(lab.Alice, alice.began)}
	resumed.hears("R1: events of before are hers still", "received, alert", "ACTIVE")
}
