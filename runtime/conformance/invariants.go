package conformance

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// invariantCases hold what is true of every request at every moment: INV1 to INV9.
var invariantCases = []Case{
	{Rule: "INV1", Name: "unread", Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Hears(id, protocol.EventReceived)
		r := d.Row(id)
		t.Check(r.State == request.Unread && len(r.Members) == 0 && r.FirstJoinedAt == nil && d.Lists(id, state(request.Unread)), "a request that nobody has joined is %s", show(r))
		d.Join(id)
		d.Leave(id)
		r = d.Row(id)
		t.Check(r.State != request.Unread && r.FirstJoinedAt != nil && !d.Lists(id, state(request.Unread)), "a request that somebody had joined is %s", show(r))
	}},
	{Rule: "INV2", Name: "active", Run: func(t *T) {
		d, also, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		for _, now := range []struct {
			do   func()
			want bool
		}{{func() { d.Join(id) }, true}, {func() { also.Join(id) }, true}, {func() { d.Leave(id) }, true}, {func() { also.Leave(id) }, false}, {func() { also.Join(id) }, true}, {func() { also.Close(id) }, false}} {
			now.do()
			also.Flush()
			r := also.Row(id)
			t.Check((r.State == request.Active) == now.want && (len(r.Members) > 0) == now.want, "it is %s", show(r))
		}
	}},
	{Rule: "INV3", Name: "inactive", Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Join(id)
		d.Leave(id)
		c.Again(id)
		r := d.Row(id)
		t.Check(r.State == request.Inactive && len(r.Members) == 0 && r.FirstJoinedAt != nil && d.Lists(id, state(request.Inactive)), "it is %s", show(r))
	}},
	{Rule: "INV4", Name: "closed", Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Join(id)
		d.Close(id)
		next := c.Open()
		d.Hears(next, protocol.EventReceived)
		r := d.Row(id)
		t.Check(next != id && r.State == request.Closed && len(r.Members) == 0 && r.ClosedAt != nil, "after a further message it is %s", show(r))
		t.Check(!d.Lists(id, url.Values{}) && !d.Lists(id, url.Values{"joined": {"true"}}), "it is still listed")
		d.Refused(id, "join", nil, protocol.ProblemGone)
	}},
	{Rule: "INV5", Name: "one-open-request", Run: func(t *T) {
		d, c := t.Rep(collab, other), t.Customer(collab)
		elsewhere := &Customer{t: t, caller: c.caller, Channel: other, ID: c.ID, Name: c.Name}
		id := c.Open()
		d.Hears(id, protocol.EventReceived)
		for range 3 {
			c.Again(id)
			d.Join(id)
			c.Again(id)
			d.Leave(id)
		}
		second := elsewhere.Open()
		t.Check(second != id, "one request is open for two channels")
		defer elsewhere.End()
		d.Hears(second, protocol.EventReceived)
		open := slices.DeleteFunc(d.Page(url.Values{}), func(r *Row) bool { return r.Customer.ID != c.ID })
		t.Check(len(open) == 2 && open[0].Channel != open[1].Channel, "%d requests of the customer are open, on two channels", len(open))
	}},
	{Rule: "INV6", Name: "one-owner", Run: func(t *T) {
		owner, invited, rep, admin, c := t.Rep(grab), t.Rep(grab), t.Rep(grab), t.Admin(grab), t.Customer(grab)
		id := c.Open()
		owners := func() (names []string) {
			for _, m := range admin.Row(id).Members {
				if m.Owner {
					names = append(names, m.Agent)
				}
			}
			return names
		}
		admin.Join(id)
		t.Check(len(owners()) == 0, "an Admin owns it: %v", owners())
		owner.Join(id)
		o := owner.Offer(id, "invite", "agent", invited.Name)
		invited.HearsOffer(o.ID, request.OfferMade)
		invited.Answer(o, "accept")
		rep.Refused(id, "join", nil, protocol.ProblemGrabbed)
		admin.Flush()
		t.Check(slices.Equal(owners(), []string{owner.Name}) && len(admin.Row(id).Members) == 3, "its owners are %v, it is %s", owners(), show(admin.Row(id)))
	}},
	{Rule: "INV7", Name: "versions", Run: func(t *T) {
		d, also, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Hears(id, protocol.EventReceived)
		also.Hears(id, protocol.EventReceived)
		version, twice := int64(1), t.Name("message")
		var o *protocol.Offer
		steps := []struct {
			what string
			do   func()
			adds int64
		}{
			{"a join", func() { d.Join(id) }, 1},
			{"a second join of the same agent", func() { d.Does(id, "join", nil, "alreadyMember") }, 0},
			{"a message", func() { _, _ = c.Post(twice, "once") }, 1},
			{"the same message again", func() { _, _ = c.Post(twice, "once") }, 0},
			{"an invitation", func() { o = d.Offer(id, "invite", "agent", also.Name) }, 1},
			{"a decline", func() { also.HearsOffer(o.ID, request.OfferMade); also.Answer(o, "decline") }, 1},
			{"a second decline", func() {
				t.Check(also.Try(http.MethodPost, "/v1/offers/"+o.ID+"/decline", struct{}{}, nil) != nil, "an offer was declined twice")
			}, 0},
			{"a leave of a stranger", func() { also.Refused(id, "leave", nil, protocol.ProblemNotAMember) }, 0},
			{"a forbidden close", func() { also.Refused(id, "close", nil, protocol.ProblemForbidden) }, 0},
			{"a further join", func() { also.Join(id) }, 1},
			{"a leave", func() { d.Leave(id) }, 1},
			{"a close", func() { also.Close(id) }, 1},
			{"a second close", func() { also.Does(id, "close", nil, "alreadyClosed") }, 0},
			{"a join after the close", func() { d.Refused(id, "join", nil, protocol.ProblemGone) }, 0},
		}
		for _, s := range steps {
			s.do()
			version += s.adds
			d.Flush()
			t.Check(d.Row(id).Version == version, "after %s the version is %d, and should be %d", s.what, d.Row(id).Version, version)
		}
	}},
	{Rule: "INV8", Name: "names-of-states", Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Hears(id, protocol.EventReceived)
		look := func(want request.State, open bool) {
			t.Check(d.Row(id).State == want, "the row says %s, and should say %s", d.Row(id).State, want)
			for _, s := range []request.State{request.Unread, request.Active, request.Inactive} {
				t.Check(d.Lists(id, state(s)) == (open && s == want), "asking for %s: %t while it is %s", s, d.Lists(id, state(s)), want)
			}
		}
		look(request.Unread, true)
		d.Join(id)
		look(request.Active, true)
		d.Leave(id)
		look(request.Inactive, true)
		d.Join(id)
		d.Close(id)
		look(request.Closed, false)
		d.Told(id, "received", "ACTIVE", "INACTIVE", "ACTIVE", "CLOSED")
		want := []request.State{request.Unread, request.Active, request.Inactive, request.Active, request.Closed}
		t.Check(slices.Equal(states(d.About(id)), want), "the events said %v", states(d.About(id)))
	}},
	{Rule: "INV9", Name: "random-walks", Run: func(t *T) {
		watch, desks := t.Admin(collab), t.Reps(4, collab)
		customers := make([]*Customer, 6)
		var mu sync.Mutex
		var ids []string
		t.Together(len(customers), func(i int) {
			c := t.Customer(collab)
			for range 25 {
				id := c.Write("a word").Request
				mu.Lock()
				ids = append(ids, id)
				mu.Unlock()
				d := desks[rand.IntN(len(desks))]
				name := []string{"join", "join", "leave", "leave", "close"}[rand.IntN(5)]
				_, _ = d.Command(id, name, t.Name("key"), nil) // whatever it comes to
			}
			c.End()
		})
		watch.Flush()
		slices.Sort(ids)
		for _, id := range slices.Compact(ids) {
			t.walked(id, watch.About(id))
		}
	}},
}

// edges are the legal ones (INV9); a further join and a leave of one of several
// keep the state.
var edges = map[request.State][]request.State{
	request.Unread:   {request.Active, request.Closed},
	request.Active:   {request.Active, request.Inactive, request.Closed},
	request.Inactive: {request.Active, request.Closed},
}

// walked holds what was told of a request to the edges and to the invariants of
// each state.
func (t *T) walked(id string, events []*Event) {
	t.Check(len(events) > 0 && events[0].Type == protocol.EventReceived, "the first event of %s is not that it was received", id)
	version := int64(0)
	for i, e := range events {
		if e.Request == nil {
			continue
		}
		r := e.Request
		t.Check(e.Version > version, "%s: version %d came behind version %d", id, e.Version, version)
		version = e.Version
		t.Check((r.State == request.Active) == (len(r.Members) > 0), "%s is %s", id, show(r))
		if i == 0 {
			t.Check(r.State == request.Unread, "%s begins as %s", id, r.State)
			continue
		}
		before := events[i-1].Request.State
		t.Check(slices.Contains(edges[before], r.State), "%s went from %s to %s", id, before, r.State)
		t.Check(e.Type != protocol.EventReceived, "%s was received again", id)
	}
}

func state(s request.State) url.Values { return url.Values{"state": {string(s)}} }
