package conformance

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// alerts are the requests whose alerts stand for the agent.
func (d *Desk) alerts() (ids []string) {
	var all protocol.Alerts
	d.Must(http.MethodGet, "/v1/alerts", nil, &all)
	for _, r := range all.Alerts {
		ids = append(ids, r.ID)
	}
	return ids
}

// alerted holds whether an alert stands, in the list of alerts and in the row.
func (d *Desk) alerted(id string, want bool, when string) {
	d.t.Eventually("the alert "+when, func() string {
		listed, row := slices.Contains(d.alerts(), id), d.Row(id)
		if listed != want || row != nil && (row.Alert != nil) != want {
			return d.Name + " has the alert when they should not, or the other way round"
		}
		return ""
	})
}

func (d *Desk) dismiss(id string) { d.Must(http.MethodDelete, "/v1/alerts/"+id, nil, nil) }

// alertCases are the life of an alert: N5 and N6.
var alertCases = []Case{
	{Rule: "N5", Name: "dismiss-one", Run: func(t *T) {
		d, others, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.alerted(id, true, "of a new request")
		others.alerted(id, true, "of a new request")
		second := d.Another()
		second.Connect()
		d.dismiss(id)
		second.Await("the withdrawal on another device", 0, func(e *Event) bool { return e.Withdrawn != nil && e.Withdrawn.Request == id })
		d.alerted(id, false, "that was dismissed")
		second.alerted(id, false, "that was dismissed on another device")
		others.alerted(id, true, "that somebody else dismissed")
		d.Feed.Drop()
		from := d.Feed.Len()
		d.Connect()
		e := d.Await("the row", from, inSnapshot(id))
		i := slices.IndexFunc(e.Snapshot.Requests, func(r *Row) bool { return r.ID == id })
		t.Check(e.Snapshot.Requests[i].Alert == nil, "the alert is back after a reconnect")
		t.Check(d.Lists(id, url.Values{}) && d.Row(id).State == request.Unread && d.Row(id).Version == 1, "dismissing changed the request: %s", show(d.Row(id)))
		d.dismiss(id)                // again
		d.dismiss(t.Name("unknown")) // and what there never was
		second.Flush()
		withdrawn := slices.DeleteFunc(second.Feed.All(0), func(e *Event) bool { return e.Withdrawn == nil })
		t.Check(len(withdrawn) == 1, "one alert was dismissed, and %d withdrawals were told", len(withdrawn))
		others.Told(id, "received")
		d.Join(id)
	}},
	{Rule: "N5", Name: "dismiss-all", Run: func(t *T) {
		d, others := t.Rep(collab), t.Rep(collab)
		one, two := t.Customer(collab).Open(), t.Customer(collab).Open()
		for _, id := range []string{one, two} {
			d.alerted(id, true, "of a new request")
		}
		second := d.Another()
		second.Connect()
		d.Must(http.MethodDelete, "/v1/alerts", nil, nil)
		second.Await("the withdrawal on another device", 0, func(e *Event) bool { return e.Withdrawn != nil && e.Withdrawn.All })
		d.alerted(one, false, "that was dismissed with all")
		d.alerted(two, false, "that was dismissed with all")
		others.alerted(one, true, "that somebody else dismissed")
		three := t.Customer(collab).Open()
		d.alerted(three, true, "of what came after dismissing all")
	}},
	{Rule: "N5", Name: "next-generation", Run: func(t *T) {
		d, c := t.Rep(realert), t.Customer(realert)
		id := c.Open()
		d.alerted(id, true, "of a new request")
		d.dismiss(id)
		d.alerted(id, false, "that was dismissed")
		t.Eventually("the second alert", func() string {
			c.Again(id)
			d.Flush()
			if len(d.received(id)) < 2 {
				return "there was one"
			}
			return ""
		})
		d.alerted(id, true, "that was raised again")
	}},
	{Rule: "N6", Name: "collaboration", Run: func(t *T) {
		d, joins, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.alerted(id, true, "of a new request")
		joins.Join(id)
		joins.alerted(id, false, "of what they joined")
		d.HearsState(id, request.Active)
		d.alerted(id, true, "of what somebody else joined")
		joins.Leave(id)
		joins.alerted(id, false, "of what they joined and left")
		joins.Join(id)
		joins.Close(id)
		d.HearsState(id, request.Closed)
		d.alerted(id, false, "of what was closed")
	}},
	{Rule: "N6", Name: "grab", Run: func(t *T) {
		winner, loser, c := t.Rep(grab), t.Rep(grab), t.Customer(grab)
		id := c.Open()
		loser.alerted(id, true, "of a new request")
		r := winner.Join(id).Request
		e := loser.Hears(id, protocol.EventRemoved)
		t.Check(e.GrabbedBy == winner.Name && e.GrabbedAt != nil && e.GrabbedAt.Equal(member(r, winner.Name).JoinedAt), "the loser was told of %q at %v", e.GrabbedBy, e.GrabbedAt)
		t.Check(!slices.Contains(loser.alerts(), id), "the loser's alert still stands")
		winner.alerted(id, false, "of what they grabbed")
		winner.Leave(id)
		loser.HearsState(id, request.Inactive)
		loser.alerted(id, false, "of what was grabbed and left")
	}},
}
