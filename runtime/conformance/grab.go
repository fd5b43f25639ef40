package conformance

import (
	"net/url"
	"slices"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// grabbed reads who has a request, and since when, from the refusal of a join.
func (t *T) grabbed(p *protocol.Problem) (by string, at time.Time) {
	t.Check(is(p, protocol.ProblemGrabbed), "the join was answered %s, and should have been refused with %s", said(p), protocol.ProblemGrabbed)
	by, _ = p.Details["grabbedBy"].(string)
	text, _ := p.Details["grabbedAt"].(string)
	at, err := time.Parse(time.RFC3339Nano, text)
	t.Check(by != "" && err == nil, "the refusal does not say who has it since when: %v", p.Details)
	return by, at
}

// grabCases are lists on which the first who comes has the request: T09, T10, N11,
// N12.
var grabCases = []Case{
	{Rule: "T09", Name: "second-grab", Run: func(t *T) {
		winner, loser, c := t.Rep(grab), t.Rep(grab), t.Customer(grab)
		id := c.Open()
		loser.Hears(id, protocol.EventReceived)
		r := winner.Join(id).Request
		by, at := t.grabbed(loser.Refused(id, "join", nil, protocol.ProblemGrabbed))
		t.Check(by == winner.Name && at.Equal(member(r, winner.Name).JoinedAt), "the loser was told %s at %s, and %s has had it since %s", by, at, winner.Name, member(r, winner.Name).JoinedAt)
		winner.Flush()
		r = winner.Row(id)
		t.Check(len(r.Members) == 1 && r.Version == 2, "it is %s", show(r))
		winner.Told(id, "received", "ACTIVE")
	}},
	{Rule: "T10", Name: "admin-joins", Run: func(t *T) {
		owner, admin, c := t.Rep(grab), t.Admin(grab), t.Customer(grab)
		id := c.Open()
		owner.Join(id)
		r := admin.Join(id).Request
		t.Check(r.State == request.Active && len(r.Members) == 2 && member(r, owner.Name).Owner && !member(r, admin.Name).Owner, "it is %s", show(r))
		e := owner.Hears(id, protocol.EventMembersChanged)
		t.Check(member(e.Request, admin.Name) != nil, "the owner was told of %s", show(e.Request))
		owner.Told(id, "received", "ACTIVE", "members")
	}},
	{Rule: "N11", Name: "admin-alerts", Run: func(t *T) {
		admin, rep, c := t.Admin(grab), t.Rep(grab), t.Customer(grab)
		id := c.Open()
		t.Check(rep.Hears(id, protocol.EventReceived).Alert, "a Representative gets no alert")
		t.Check(!admin.Hears(id, protocol.EventReceived).Alert, "an Admin of a Grab list gets an alert")
		t.Check(!slices.Contains(admin.alerts(), id) && admin.Row(id).Alert == nil, "an Admin of a Grab list has an alert")
		t.Check(admin.Lists(id, url.Values{}), "an Admin does not see the row")
		rep.Join(id)
		admin.HearsState(id, request.Active)
		t.Check(admin.Lists(id, url.Values{}), "an Admin does not see what was grabbed")
		admin.Join(id)
	}},
	{Rule: "N12", Name: "out-of-sight-after-a-resume", Run: func(t *T) {
		owner, also, loser, c := t.Rep(grab), t.Rep(grab), t.Rep(grab), t.Customer(grab)
		id := c.Open()
		loser.Hears(id, protocol.EventReceived)
		loser.Flush()
		cursor := loser.Feed.Drop()
		owner.Join(id)
		o := owner.Offer(id, "invite", "agent", also.Name)
		also.HearsOffer(o.ID, request.OfferMade)
		also.Answer(o, "accept")
		loser.Feed.Connect(cursor)
		loser.Told(id, "received", "removed")
		t.Check(loser.Row(id) == nil, "a Representative still sees what somebody else has grabbed")
	}},
	{Rule: "N12", Name: "out-of-sight", Run: func(t *T) {
		owner, loser, admin, c := t.Rep(grab), t.Rep(grab), t.Admin(grab), t.Customer(grab)
		id := c.Open()
		loser.Hears(id, protocol.EventReceived)
		owner.Join(id)
		loser.Hears(id, protocol.EventRemoved)
		t.Check(loser.Row(id) == nil && !loser.Lists(id, url.Values{}), "a Representative still sees what somebody else has grabbed")
		t.grabbed(loser.Refused(id, "join", nil, protocol.ProblemGrabbed))
		fresh := t.Rep(grab)
		t.Check(!slices.ContainsFunc(fresh.Feed.All(0), inSnapshot(id)) && fresh.Row(id) == nil, "who connects later sees what somebody has grabbed")
		admin.HearsState(id, request.Active)
		t.Check(admin.Row(id) != nil && admin.Lists(id, url.Values{}), "an Admin does not see it")
		c.Again(id)
		loser.Told(id, "received", "removed")
		owner.Leave(id)
		e := loser.HearsState(id, request.Inactive)
		t.Check(len(e.Request.Members) == 0 && loser.Lists(id, url.Values{}), "after the owner has left it is %s", show(e.Request))
		r := loser.Join(id).Request
		t.Check(member(r, loser.Name).Owner, "who joins then does not own it")
	}},
}
