package conformance

import (
	"net/url"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// endCases are the ways in which people end a request: T18 to T21.
var endCases = []Case{
	{Rule: "T18", Name: "close-active", Run: func(t *T) {
		d, second, third, c := t.Rep(collab), t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Join(id)
		second.Join(id)
		a := d.Close(id)
		t.Check(a.Request.State == request.Closed && a.Request.CloseReason == request.ClosedByAgent, "it is %s, reason %s", show(a.Request), a.Request.CloseReason)
		for _, d := range []*Desk{d, second, third} {
			d.Told(id, "received", "ACTIVE", "members", "CLOSED")
			t.Check(!d.Lists(id, url.Values{}), "%s still sees the row", d.Name)
		}
	}},
	{Rule: "T18", Name: "close-unread", Run: func(t *T) {
		d, admin, c := t.Rep(collab), t.Admin(collab), t.Customer(collab)
		id := c.Open()
		admin.Close(id)
		d.Told(id, "received", "CLOSED")
		t.Check(d.Row(id).Alert == nil, "the alert of a closed request still stands")
	}},
	{Rule: "T18", Name: "close-inactive", Run: func(t *T) {
		d, admin, c := t.Rep(collab), t.Admin(collab), t.Customer(collab)
		id := c.Open()
		d.Join(id)
		d.Leave(id)
		admin.Close(id)
		d.Told(id, "received", "ACTIVE", "INACTIVE", "CLOSED")
	}},
	{Rule: "T19", Name: "close-forbidden", Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Hears(id, protocol.EventReceived)
		d.Refused(id, "close", nil, protocol.ProblemForbidden)
		d.Told(id, "received")
		t.Check(d.Row(id).State == request.Unread && d.Row(id).Version == 1, "the refused close left %s", show(d.Row(id)))
	}},
	{Rule: "T20", Name: "close-twice", Run: func(t *T) {
		d, admin, c := t.Rep(collab), t.Admin(collab), t.Customer(collab)
		id := c.Open()
		d.Join(id)
		first := d.Close(id)
		for _, d := range []*Desk{d, admin} {
			again := d.Does(id, "close", nil, "alreadyClosed")
			t.Check(again.Request.Version == first.Request.Version, "closing again made %s of %s", show(again.Request), show(first.Request))
			d.Told(id, "received", "ACTIVE", "CLOSED")
		}
	}},
	{Rule: "T21", Name: "customer-ends", Run: func(t *T) {
		d, second := t.Rep(collab), t.Rep(collab)
		unread, active, inactive := t.Customer(collab), t.Customer(collab), t.Customer(collab)
		ids := []string{unread.Open(), active.Open(), inactive.Open()}
		d.Join(ids[1])
		d.Join(ids[2])
		d.Leave(ids[2])
		for i, c := range []*Customer{unread, active, inactive} {
			t.Check(c.End() == request.Ended, "the end of a session did not close")
			for _, d := range []*Desk{d, second} {
				e := d.HearsState(ids[i], request.Closed)
				t.Check(e.Request.CloseReason == request.ClosedByCustomer && len(e.Request.Members) == 0, "it closed as %s, reason %s", show(e.Request), e.Request.CloseReason)
			}
			t.Check(c.End() == request.AlreadyClosed, "the end of a session that is over is not %s", request.AlreadyClosed)
		}
		second.Told(ids[1], "received", "ACTIVE", "CLOSED")
	}},
}
