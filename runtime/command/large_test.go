package command_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
)

// A request does not grow until it cannot be closed: who would make it larger is
// refused, and whoever goes is not.
func TestLargeRequests(t *testing.T) {
	l := lab.Start(t)
	id := l.MessageOn(lab.WrapUp, "john", "m1").Request
	must(t, l.Do.Join, lab.Erin, id)
	d := *open(l, id)
	for i := range 300 {
		now := l.Clock.Now()
		d.WrapUps = append(d.WrapUps, request.Wrapped{Agent: fmt.Sprint("agent", i), AppliedAt: &now, Note: strings.Repeat("x", 1000)})
	}
	encoded, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	write(l, store.Put(l.View.Request(id).Key, encoded))
	_, err = l.Do.Join(ctx, lab.Frank, id, "")
	refused(t, "join", command.Full, err)
	_, err = wrapping(l.Do, "sale")(ctx, lab.Erin, id, "")
	refused(t, "wrap-up", command.Full, err)
	next := must(t, target(l.Do.Transfer, toList(lab.Grab.List())), lab.Erin, id).Request.TransferredTo
	if len(open(l, next).WrapUps) > 0 {
		t.Error("the successor has what was noted of the old one")
	}
	closed(l, id)
}

// Nor does it by those who turn down what is offered to a whole list.
func TestManyWhoDecline(t *testing.T) {
	l := lab.Start(t)
	connect(l, lab.Erin, lab.Frank)
	id := l.MessageOn(lab.Reopen, "john", "m1").Request
	must(t, l.Do.Join, lab.Erin, id)
	offer := must(t, target(l.Do.Invite, toList(lab.Grab.List())), lab.Erin, id).Offer.ID
	d := *open(l, id)
	for i := range 3000 {
		d.Offers[0].Declined = append(d.Offers[0].Declined, fmt.Sprint(strings.Repeat("x", 100), i))
	}
	encoded, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	write(l, store.Put(l.View.Request(id).Key, encoded))
	_, err = l.Do.Decline(ctx, lab.Frank, offer, "")
	refused(t, "decline", command.Full, err)
	must(t, l.Do.Close, lab.Erin, id)
	closed(l, id)
}
