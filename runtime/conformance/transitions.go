package conformance

import (
	"net/url"
	"slices"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// transitionCases are the ways into a request and out of it: T01 to T17.
var transitionCases = []Case{
	{Rule: "T01", Name: "first-message", Run: func(t *T) {
		desks, c := t.Reps(3, collab), t.Customer(collab)
		id := c.Open()
		for _, d := range desks {
			e := d.Hears(id, protocol.EventReceived)
			t.Check(e.Request.State == request.Unread && len(e.Request.Members) == 0 && e.Alert, "%s got %s, alert %t", d.Name, show(e.Request), e.Alert)
			d.Told(id, "received")
		}
	}},
	{Rule: "T02", Name: "nobody-subscribed", Run: func(t *T) {
		d, c := t.Guest(other), t.Customer(other)
		id := c.Open()
		d.Flush()
		t.Check(len(d.About(id)) == 0, "%s is not subscribed and was told %v", d.Name, d.About(id))
		d.Subscribe(other)
		t.Check(d.Lists(id, url.Values{"list": {other}}), "the request is not there for who came later")
		t.Check(d.Row(id).State == request.Unread, "it is %s", show(d.Row(id)))
	}},
	{Rule: "T03", Name: "further-message-unread", Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Hears(id, protocol.EventReceived)
		c.Again(id)
		c.Again(id)
		d.Told(id, "received")
		t.Check(d.Row(id).State == request.Unread, "it is %s", show(d.Row(id)))
	}},
	{Rule: "T04", Name: "message-to-members", Run: func(t *T) {
		in, out, c := t.Reps(2, collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		in[0].Join(id)
		in[1].Join(id)
		c.Write("Where is my parcel?")
		for _, d := range in {
			e := d.Hears(id, protocol.EventMessage)
			t.Check(e.Message != nil && e.Message.Text == "Where is my parcel?" && e.Message.From.Kind == request.CustomerActor, "%s got the message %+v", d.Name, e.Message)
		}
		out.Told(id, "received", "ACTIVE", "members")
		t.Check(out.Row(id).State == request.Active, "it is %s", show(out.Row(id)))
	}},
	{Rule: "T05", Name: "message-inactive", Run: func(t *T) {
		d, second, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Join(id)
		d.Leave(id)
		c.Again(id)
		for _, d := range []*Desk{d, second} {
			d.Told(id, "received", "ACTIVE", "INACTIVE")
		}
		t.Check(d.Row(id).State == request.Inactive, "it is %s", show(d.Row(id)))
	}},
	{Rule: "T06", Name: "message-after-close", Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		first := c.Open()
		d.Join(first)
		d.Close(first)
		second := c.Open()
		t.Check(second != first, "the closed request's id came again")
		e := d.Hears(second, protocol.EventReceived)
		t.Check(e.Request.State == request.Unread && len(e.Request.Members) == 0 && e.Request.ReopenOf == "", "the new one is %s, reopens %q", show(e.Request), e.Request.ReopenOf)
		d.Told(second, "received")
		t.Check(d.Row(first).State == request.Closed, "the old one is %s", show(d.Row(first)))
	}},
	{Rule: "T06b", Name: "reopen", Run: func(t *T) {
		d, c := t.Rep(reopen), t.Customer(reopen)
		first := c.Open()
		d.Join(first)
		d.Close(first)
		second := c.Open()
		e := d.Hears(second, protocol.EventReceived)
		t.Check(second != first && e.Request.ReopenOf == first, "the new request %s says that it reopens %q, and should name %s", second, e.Request.ReopenOf, first)
		t.Check(e.Request.State == request.Unread && len(e.Request.Members) == 0 && e.Request.Version == 1, "it begins as %s", show(e.Request))
		d.Told(second, "received")
		d.Join(second)
		d.Close(second)
		third := c.Open()
		e = d.Hears(third, protocol.EventReceived)
		t.Check(e.Request.ReopenOf == second, "the third request says that it reopens %q, and should name the last one, %s", e.Request.ReopenOf, second)
	}},
	{Rule: "T07", Name: "first-join", Run: func(t *T) {
		d, second, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		c.Again(id)
		a := d.Join(id)
		t.Check(a.Request.State == request.Active && member(a.Request, d.Name) != nil, "the answer shows %s", show(a.Request))
		t.Check(len(a.Messages) == 2 && a.Messages[0].Text == "Is anybody there?" && a.Messages[1].Text == "Hello?", "the joiner was shown %+v", a.Messages)
		t.Check(a.Request.Alert == nil && d.Row(id).Alert == nil, "the joiner's own alert still stands")
		for _, d := range []*Desk{d, second} {
			d.Told(id, "received", "ACTIVE")
		}
	}},
	{Rule: "T08", Name: "second-join", Run: func(t *T) {
		first, second, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		first.Join(id)
		a := second.Join(id)
		t.Check(len(a.Messages) == 1 && len(a.Request.Members) == 2, "the joiner was shown %d messages, %s", len(a.Messages), show(a.Request))
		e := first.Hears(id, protocol.EventMembersChanged)
		t.Check(member(e.Request, second.Name) != nil && e.Request.State == request.Active, "the member was told of %s", show(e.Request))
		first.Told(id, "received", "ACTIVE", "members")
	}},
	{Rule: "T11", Name: "join-inactive", Run: func(t *T) {
		d, second, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Join(id)
		d.Leave(id)
		c.Again(id)
		a := second.Join(id)
		t.Check(a.Request.State == request.Active && len(a.Messages) == 2, "the answer shows %s, %d messages", show(a.Request), len(a.Messages))
		for _, d := range []*Desk{d, second} {
			d.Told(id, "received", "ACTIVE", "INACTIVE", "ACTIVE")
		}
	}},
	{Rule: "T12", Name: "join-closed", Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Hears(id, protocol.EventReceived)
		c.End()
		d.HearsState(id, request.Closed)
		d.Refused(id, "join", nil, protocol.ProblemGone)
		d.Told(id, "received", "CLOSED")
	}},
	{Rule: "T13", Name: "join-twice", Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		first := d.Join(id)
		again := d.Does(id, "join", nil, "alreadyMember")
		t.Check(again.Request.Version == first.Request.Version && len(again.Request.Members) == 1, "the second join made %s of %s", show(again.Request), show(first.Request))
		d.Told(id, "received", "ACTIVE")
	}},
	{Rule: "T14", Name: "leave-others-remain", Run: func(t *T) {
		desks, c := t.Reps(3, collab), t.Customer(collab)
		id := c.Open()
		desks[0].Join(id)
		desks[1].Join(id)
		a := desks[0].Leave(id)
		t.Check(a.Request.State == request.Active && len(a.Request.Members) == 1, "after the leave it is %s", show(a.Request))
		for _, d := range desks {
			d.Told(id, "received", "ACTIVE", "members", "ACTIVE")
			events := d.About(id)
			last := events[len(events)-1]
			t.Check(last.Cause == request.Leave && last.Actor.Name == desks[0].Name && member(last.Request, desks[0].Name) == nil, "%s was told %s by %s, %s", d.Name, last, last.Actor.Name, show(last.Request))
		}
	}},
	{Rule: "T15", Name: "last-leave", Run: func(t *T) {
		d, second, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Join(id)
		a := d.Leave(id)
		t.Check(a.Request.State == request.Inactive && len(a.Request.Members) == 0, "after the leave it is %s", show(a.Request))
		for _, d := range []*Desk{d, second} {
			d.Told(id, "received", "ACTIVE", "INACTIVE")
		}
	}},
	{Rule: "T16", Name: "leave-by-stranger", Run: func(t *T) {
		d, second, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		second.Hears(id, protocol.EventReceived)
		second.Refused(id, "leave", nil, protocol.ProblemNotAMember)
		before := d.Join(id).Request
		second.HearsState(id, request.Active)
		second.Refused(id, "leave", nil, protocol.ProblemNotAMember)
		t.Check(d.Row(id).Version == before.Version, "the refused leave made %s of %s", show(d.Row(id)), show(before))
		d.Told(id, "received", "ACTIVE")
	}},
	{Rule: "T17", Name: "leave-after-close", Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Join(id)
		c.End()
		d.HearsState(id, request.Closed)
		a := d.Does(id, "leave", nil, "alreadyClosed")
		t.Check(a.Request.State == request.Closed, "it is %s", show(a.Request))
		d.Told(id, "received", "ACTIVE", "CLOSED")
	}},
}

// states are the states that a desk was told of, in order.
func states(events []*Event) (all []request.State) {
	for _, e := range events {
		if e.Request != nil && slices.Contains([]protocol.EventType{protocol.EventReceived, protocol.EventStateChanged, protocol.EventMembersChanged}, e.Type) {
			all = append(all, e.Request.State)
		}
	}
	return all
}
