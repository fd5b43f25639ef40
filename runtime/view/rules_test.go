package view_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/view"
)

// orders are all orders of events: those of one revision come in any.
func orders(events []store.Event) [][]store.Event {
	if len(events) == 0 {
		return [][]store.Event{nil}
	}
	var all [][]store.Event
	for i, first := range events {
		others := append(append([]store.Event{}, events[:i]...), events[i+1:]...)
		for _, rest := range orders(others) {
			all = append(all, append([]store.Event{first}, rest...))
		}
	}
	return all
}

func wantClock(t *testing.T, v *view.View, scope view.ClockScope, wantID string, want request.Clock) {
	t.Helper()
	id, got, ok := v.Earliest(scope.Kind, scope.Scope)
	if ok != (wantID != "") || id != wantID {
		t.Fatalf("the earliest of %v is %q, want %q", scope, id, wantID)
	}
	if diff := cmp.Diff(want, got); ok && diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// N1, N4: when an alert was raised is the revision of its key, whatever else is
// written to the request later.
func TestN4AlertRevision(t *testing.T) {
	slot := keyspace.Slot("c", "john")
	opened := []store.Event{
		put(2, slot, doc("r1", "l1", request.Unread)),
		put(2, keyspace.Alert("r1"), keyspace.AlertRecord{Generation: 1}),
	}
	for _, events := range orders(opened) {
		v := view.New("epoch")
		check := func(when string, want int64) {
			t.Helper()
			if got := v.Request("r1").AlertRevision; got != want || v.Slot(slot).AlertRevision != want {
				t.Errorf("%s the alert is of %d, want %d", when, got, want)
			}
		}
		apply(t, v, events...)
		check("opened", 2)
		before := v.Request("r1")
		apply(t, v, put(3, slot, doc("r1", "l1", request.Active, "alice")))
		check("joined", 2)
		apply(t, v, put(4, keyspace.Alert("r1"), keyspace.AlertRecord{Generation: 2}))
		check("raised again", 4)
		if before.AlertRevision != 2 || len(before.Doc.Members) != 0 {
			t.Error("an entry that was given away has changed")
		}
		apply(t, v, gone(5, keyspace.Alert("r1")))
		check("gone", 0)
	}
}

// T28: a transfer puts another request, of another list, into the same slot.
func TestT28TransferInPlace(t *testing.T) {
	slot := keyspace.Slot("c", "john")
	after := doc("r2", "l2", request.Unread)
	after.TransferredFrom = "r1"
	closed := doc("r1", "l1", request.Closed)
	closed.TransferredTo = "r2"
	moved := []store.Event{
		put(3, slot, after),
		put(3, keyspace.Closed("r1"), closed),
		gone(3, keyspace.Alert("r1")),
		put(3, keyspace.Alert("r2"), keyspace.AlertRecord{Generation: 1}),
	}
	for _, events := range orders(moved) {
		v := view.New("epoch")
		before := doc("r1", "l1", request.Active, "alice")
		before.Offers = []request.Offer{{ID: "r1-1", From: "alice", List: "l3", At: start}}
		apply(t, v, put(2, slot, before), put(2, keyspace.Alert("r1"), keyspace.AlertRecord{Generation: 1}))
		apply(t, v, events...)
		e := v.Slot(slot)
		if e == nil || e.Doc.ID != "r2" || e.AlertRevision != 3 || v.Request("r2") != e || v.Request("r1") != nil {
			t.Fatalf("the slot holds %+v", e)
		}
		if diff := cmp.Diff([]string{"r2"}, everything(v, "l1", "l2")); diff != "" {
			t.Error(diff)
		}
		if v.Counts("l1")[request.Active] != 0 || len(v.MemberAgents())+len(v.Offering("alice", []string{"l3"})) > 0 {
			t.Error("something of the request before is left")
		}
		if diff := cmp.Diff([]view.ClockScope{{Kind: request.Expire, Scope: "l2"}}, v.ClockScopes()); diff != "" {
			t.Error(diff)
		}
	}
}

// T33, C5: of a closed request nothing is kept but the clocks of wrap-ups that are
// awaited, until they are given or the request goes with its lease.
func TestT33WrapUpsOutliveTheRequest(t *testing.T) {
	slot, scope := keyspace.Slot("c", "john"), view.ClockScope{Kind: request.WrapUpTimeout, Scope: "l1"}
	given := start.Add(time.Hour)
	with := func(state request.State, wrapUps ...request.Wrapped) *request.Document {
		d := doc("r1", "l1", state)
		d.WrapUps = wrapUps
		return d
	}
	alice, bob := request.Wrapped{Agent: "alice", Since: start}, request.Wrapped{Agent: "bob", Since: start.Add(time.Minute)}
	clock := func(w request.Wrapped) request.Clock {
		return request.Clock{Kind: request.WrapUpTimeout, Scope: "l1", Start: w.Since, Target: w.Agent}
	}
	closing := []store.Event{gone(3, slot), put(3, keyspace.Closed("r1"), with(request.Closed, alice, bob))}
	for _, events := range orders(closing) {
		v := view.New("epoch")
		apply(t, v, put(2, slot, with(request.Inactive, alice)))
		wantClock(t, v, scope, "r1", clock(alice)) // after her own leave
		apply(t, v, events...)
		wantClock(t, v, scope, "r1", clock(alice))
		if diff := cmp.Diff([]view.ClockScope{scope}, v.ClockScopes()); diff != "" {
			t.Errorf("closed, these run (-want +got):\n%s", diff)
		}
		alice := alice
		alice.AppliedAt = &given
		apply(t, v, put(4, keyspace.Closed("r1"), with(request.Closed, alice, bob)))
		wantClock(t, v, scope, "r1", clock(bob))
		apply(t, v, gone(5, keyspace.Closed("r1")))
		wantClock(t, v, scope, "", request.Clock{})
		if len(v.ClockScopes()) > 0 || v.Request("r1") != nil {
			t.Error("something of it is left")
		}
	}
}

// C8: clocks of one threshold are in the order in which they end.
func TestC8EarliestFirst(t *testing.T) {
	v := view.New("epoch")
	for i, minutes := range []int{5, 3, 9, 3} {
		d := doc(fmt.Sprintf("r%d", i), "l1", request.Unread)
		d.LastCustomerAt = start.Add(time.Duration(minutes) * time.Minute)
		apply(t, v, put(int64(i+2), keyspace.Slot("c", d.ID), d))
	}
	for _, want := range []string{"r1", "r3", "r0", "r2", ""} {
		id, _, _ := v.Earliest(request.Expire, "l1")
		if id != want {
			t.Fatalf("the earliest is of %q, want %q", id, want)
		}
		apply(t, v, gone(10, keyspace.Slot("c", id)))
	}
}

// N2: a repeated subscription begins where it began.
func TestN2RepeatDoesNotMoveSince(t *testing.T) {
	v := view.New("epoch")
	key := keyspace.Subscription("alice", "l1")
	for i, tc := range []struct {
		record keyspace.SubscriptionRecord
		want   int64
	}{
		{keyspace.SubscriptionRecord{Subscribed: true}, 2},
		{keyspace.SubscriptionRecord{Subscribed: true, Since: 2, Repeats: 1}, 2},
		{keyspace.SubscriptionRecord{}, 4},
		{keyspace.SubscriptionRecord{Subscribed: true}, 5},
	} {
		apply(t, v, put(int64(i+2), key, tc.record))
		got := v.Agent("alice").Subscriptions["l1"]
		if got.Since != tc.want || got.Repeats != tc.record.Repeats {
			t.Errorf("at %d: since %d after %d repeats, want %d", v.Revision(), got.Since, got.Repeats, tc.want)
		}
	}
}

// T25: an agent is there as long as any replica has a connection of theirs.
func TestT25PresentAnywhere(t *testing.T) {
	v := view.New("epoch")
	at := func(replica string) string { return keyspace.Presence("alice", replica) }
	apply(t, v, put(2, at("a"), keyspace.PresenceRecord{Session: "s1"}), put(2, at("b"), keyspace.PresenceRecord{Session: "s2"}))
	apply(t, v, gone(3, at("a")))
	if !v.Present("alice") || v.Present("bob") {
		t.Error("she is at b, he nowhere")
	}
	apply(t, v, gone(4, at("b")))
	if v.Present("alice") || len(v.PresentAgents()) > 0 {
		t.Error("she is gone")
	}
}

// What is given to be changed is the caller's own.
func TestDismissalsAreACopy(t *testing.T) {
	v := view.New("epoch")
	apply(t, v, put(2, keyspace.Dismissal("alice"), keyspace.DismissalRecord{Some: map[string]int64{"r1": 1}}))
	mine, revision := v.Dismissals("alice")
	mine.Some["r2"] = 1
	if again, _ := v.Dismissals("alice"); len(again.Some) != 1 || revision != 2 {
		t.Errorf("at %d she has dismissed %v", revision, again.Some)
	}
}
