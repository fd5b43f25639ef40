package conformance

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// notificationCases hold who is told what, and in which order.
var notificationCases = []Case{
	{Rule: "N1", Name: "subscribers-only", Run: func(t *T) {
		rep, guest, stranger, c := t.Rep(collab), t.Guest(collab), t.Rep(other), t.Customer(collab)
		id := c.Open()
		rep.Hears(id, protocol.EventReceived)
		from := guest.Feed.Len()
		guest.Subscribe(collab)
		guest.Await("a snapshot with the request", from, inSnapshot(id))
		rep.Join(id)
		guest.HearsState(id, request.Active)
		rep.Leave(id)
		guest.Told(id, "ACTIVE", "INACTIVE")
		guest.alerted(id, false, "of what was opened before they subscribed")
		stranger.Told(id)
	}},
	{Rule: "N1", Name: "subscribed-before-a-resume", Run: func(t *T) {
		rep, guest, c := t.Rep(collab), t.Guest(collab), t.Customer(collab)
		guest.Flush()
		cursor := guest.Feed.Drop()
		id := c.Open()
		rep.Hears(id, protocol.EventReceived)
		guest.Must("PUT", "/v1/lists/"+collab+"/subscription", nil, nil)
		rep.Join(id)
		from := guest.Feed.Len()
		guest.Feed.Connect(cursor)
		guest.Await("a snapshot with the request", from, inSnapshot(id))
		guest.Told(id, "ACTIVE") // what came behind the subscription, and nothing of before it
	}},
	{Rule: "N2", Name: "subscribe", Run: func(t *T) {
		guest, c := t.Guest(collab), t.Customer(collab)
		id := c.Open()
		for range 2 {
			from := guest.Feed.Len()
			guest.Subscribe(collab)
			e := guest.Await("a snapshot with the request", from, inSnapshot(id))
			t.Check(slices.Equal(e.Snapshot.Only, []string{collab}) || len(e.Snapshot.Only) == 0, "the snapshot is of %v", e.Snapshot.Only)
			from = guest.Feed.Len()
			guest.Must("PUT", "/v1/lists/"+collab+"/subscription", nil, nil)
			guest.Await("the snapshot once more", from, inSnapshot(id))
			guest.Told(id)
			guest.Unsubscribe(collab)
		}
		guest.Subscribe(collab)
		next := t.Customer(collab).Open()
		guest.alerted(next, true, "of a new request")
		guest.Must("PUT", "/v1/lists/"+collab+"/subscription", nil, nil)
		guest.alerted(next, true, "after subscribing again")
		guest.Told(next, "received")
	}},
	{Rule: "N3", Name: "unsubscribe", Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		mine := c.Open()
		d.Join(mine)
		waits := t.Customer(collab).Open()
		d.Hears(waits, protocol.EventReceived)
		t.Check(slices.Contains(d.alerts(), waits), "the alert does not stand before")
		d.Unsubscribe(collab)
		t.Check(!slices.Contains(d.alerts(), waits), "the list's alert still stands")
		d.Must("DELETE", "/v1/lists/"+collab+"/subscription", nil, nil)
		unheard := t.Customer(collab).Open()
		c.Write("still there?")
		e := d.Hears(mine, protocol.EventMessage)
		t.Check(e.Message.Text == "still there?" && member(d.Row(mine), d.Name) != nil, "the member got %+v, it is %s", e.Message, show(d.Row(mine)))
		d.Told(unheard)
		d.Leave(mine)
		d.HearsState(mine, request.Inactive)
	}},
	{Rule: "N4", Name: "once", Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Hears(id, protocol.EventReceived)
		d.Flush()
		cursor := d.Feed.Drop()
		missed := t.Customer(collab).Open()
		d.Feed.Connect(cursor)
		d.Hears(missed, protocol.EventReceived)
		cursor = d.Feed.Drop()
		d.Feed.Connect(cursor)
		c.Again(id)
		d.Told(id, "received")
		d.Told(missed, "received")
		again := d.Another()
		again.Connect()
		again.Told(id)
	}},
	{Rule: "N4", Name: "generations", Run: func(t *T) {
		d, c := t.Rep(realert), t.Customer(realert)
		id := c.Open()
		first := d.Hears(id, protocol.EventReceived)
		var second *Event
		t.Eventually("the second alert", func() string {
			c.Again(id)
			d.Flush()
			all := d.received(id)
			if len(all) < 2 {
				return "there was one"
			}
			second = all[1]
			return ""
		})
		t.Check(first.AlertGeneration == 1 && second.AlertGeneration == 2 && second.Alert, "the generations are %d and %d", first.AlertGeneration, second.AlertGeneration)
		t.Check(second.At.Sub(first.At) >= realertAfter, "the alert was raised again after %s, at least %s apart", second.At.Sub(first.At), realertAfter)
		t.Check(d.Row(id).State == request.Unread && d.Row(id).Alert != nil && d.Row(id).Alert.Generation == 2, "it is %s, alert %+v", show(d.Row(id)), d.Row(id).Alert)
		d.Join(id)
		// Another request's second alert shows that this one's third could have come.
		later := t.Customer(realert)
		next := later.Open()
		t.Eventually("the second alert of a later request", func() string {
			later.Again(next)
			d.Flush()
			if len(d.received(next)) < 2 {
				return "there was one"
			}
			return ""
		})
		c.Again(id)
		d.Flush()
		t.Check(len(d.received(id)) == 2, "an ACTIVE request was announced again")
	}},
	{Rule: "N7", Name: "order", Run: func(t *T) {
		watch, desks := t.Rep(collab), t.Reps(3, collab)
		ids := make([]string, 8)
		t.Together(len(ids), func(i int) {
			c := t.Customer(collab)
			ids[i] = c.Open()
			for range 3 {
				d := desks[rand.IntN(len(desks))]
				d.Join(ids[i])
				c.Again(ids[i])
				d.Leave(ids[i])
			}
			c.End()
		})
		for _, d := range append(desks, watch) {
			d.Flush()
			for _, id := range ids {
				events := slices.DeleteFunc(d.About(id), func(e *Event) bool { return e.Request == nil })
				t.walked(id, events)
				t.Check(events[len(events)-1].Request.State == request.Closed, "the last that %s was told of %s is %s", d.Name, id, events[len(events)-1])
			}
		}
	}},
	{Rule: "N8", Name: "snapshot-and-stream", Run: func(t *T) {
		worker := t.Rep(collab)
		for range rounds {
			t.snapshotInTheMiddle(worker)
		}
	}},
	{Rule: "N9", Name: "own-events", Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		for _, step := range []func(string) *protocol.Result{d.Join, d.Leave, d.Join, d.Close} {
			version := step(id).Request.Version
			d.Await("their own event", 0, func(e *Event) bool { return e.about(id) && e.Version == version && e.Actor.Name == d.Name })
		}
		d.Told(id, "received", "ACTIVE", "INACTIVE", "ACTIVE", "CLOSED")
	}},
	{Rule: "N10", Name: "silence", Run: func(t *T) {
		d, watch, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		watch.Hears(id, protocol.EventReceived)
		watch.Refused(id, "leave", nil, protocol.ProblemNotAMember)
		watch.Refused(id, "close", nil, protocol.ProblemForbidden)
		d.Join(id)
		d.Does(id, "join", nil, "alreadyMember")
		receipt, _ := c.Post(t.Name("twice"), "once more")
		t.Check(receipt.Request == id, "the message went to %s", receipt.Request)
		d.Close(id)
		d.Does(id, "close", nil, "alreadyClosed")
		d.Does(id, "leave", nil, "alreadyClosed")
		d.Refused(id, "join", nil, protocol.ProblemGone)
		c.End()
		watch.Told(id, "received", "ACTIVE", "CLOSED")
		d.Told(id, "received", "ACTIVE", "message", "CLOSED")
	}},
	{Rule: "N13", Name: "payload", Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		e := d.Hears(id, protocol.EventReceived)
		r := e.Request
		t.Check(e.RequestID == id && e.List == collab && !e.At.IsZero() && e.Version == 1 && e.Actor.Kind == request.CustomerActor, "the event says %+v", e.Event)
		t.Check(r.ID == id && r.List == collab && r.Channel == collab && r.ChannelType == "CONFORMANCE" && r.Customer.ID == c.ID && r.Customer.Name == c.Name && r.State == request.Unread && !r.OpenedAt.IsZero(), "its row says %+v", r)
		d.Join(id)
		e = d.HearsState(id, request.Active)
		t.Check(e.From == request.Unread && e.Actor.Name == d.Name && e.Cause == request.Join && e.Request.Customer.ID == c.ID && !e.At.IsZero(), "the event says %+v", e.Event)
		known := t.Customer(collab)
		receipt, problem := known.Send(map[string]any{"id": t.Name("message"), "text": "hello", "customer": map[string]any{
			"id": known.ID, "name": known.Name, "attributes": map[string]string{"tier": "gold"}}})
		t.Check(problem == nil, "a message was answered %s", said(problem))
		told := d.Hears(receipt.Request, protocol.EventReceived).Request.Customer
		t.Check(told.Attributes["tier"] == "gold", "what the channel knows besides is told as %v", told.Attributes)
		nobody := t.Customer(collab)
		nobody.Name = ""
		anonymous := d.Hears(nobody.Open(), protocol.EventReceived).Request.Customer
		t.Check(anonymous.Name == "Jane Doe" && anonymous.Anonymous, "who gave no name is shown as %+v", anonymous)
	}},
}

// snapshotInTheMiddle begins a feed while much happens, and holds what it tells to
// what there is (N8).
func (t *T) snapshotInTheMiddle(worker *Desk) {
	late := t.Rep(collab)
	late.Feed.Drop()
	ids := make([]string, 12)
	t.Together(len(ids)+1, func(i int) {
		if i == len(ids) {
			late.Connect() // in the middle of it
			return
		}
		c := t.Customer(collab)
		ids[i] = c.Open()
		worker.Join(ids[i])
		if i%3 == 0 {
			worker.Leave(ids[i])
		}
		if i%4 == 0 {
			c.End()
		}
	})
	late.Flush()
	versions := late.replay(t)
	for _, id := range ids {
		r := late.Row(id)
		if r.State == request.Closed {
			t.Check(versions[id] == 0, "%s is closed, and the feed ends at version %d of it", id, versions[id])
			continue
		}
		t.Check(versions[id] == r.Version, "%s has version %d, and the feed came to %d", id, r.Version, versions[id])
	}
}

func inSnapshot(id string) func(*Event) bool {
	return func(e *Event) bool {
		return e.Snapshot != nil && slices.ContainsFunc(e.Snapshot.Requests, func(r *Row) bool { return r.ID == id })
	}
}

// received are the announcements of a request.
func (d *Desk) received(id string) []*Event {
	return slices.DeleteFunc(d.About(id), func(e *Event) bool { return e.Type != protocol.EventReceived })
}

// replay follows what the feed told since its last whole snapshot, as a desk does,
// and gives the versions of what is open. Each event has to lead on from there.
func (d *Desk) replay(t *T) map[string]int64 {
	versions := map[string]int64{}
	for _, e := range d.Feed.All(0) {
		switch {
		case e.Snapshot != nil:
			if len(e.Snapshot.Lists) > 0 && len(e.Snapshot.Only) == 0 {
				clear(versions)
			}
			for _, r := range e.Snapshot.Requests {
				versions[r.ID] = r.Version
			}
		case e.Type == protocol.EventReceived || e.Type == protocol.EventStateChanged || e.Type == protocol.EventMembersChanged:
			_, known := versions[e.RequestID]
			t.Check(known || e.Type == protocol.EventReceived, "%s was told %s of %s, which they know nothing of", d.Name, e, e.RequestID)
			t.Check(e.Repeated || e.Version > versions[e.RequestID], "%s was told version %d of %s behind version %d", d.Name, e.Version, e.RequestID, versions[e.RequestID])
			versions[e.RequestID] = max(versions[e.RequestID], e.Version)
			if e.Request.State == request.Closed {
				delete(versions, e.RequestID)
			}
		}
	}
	return versions
}

// open are the versions of what the agent's lists hold.
func (d *Desk) open() map[string]int64 {
	versions := map[string]int64{}
	for _, r := range d.Page(url.Values{}) {
		versions[r.ID] = r.Version
	}
	return versions
}

// differ says how two views are different; empty when they are not.
func differ(got, want map[string]int64) string {
	if maps.Equal(got, want) {
		return ""
	}
	return fmt.Sprintf("the desk shows %v, and the runtime has %v", got, want)
}
