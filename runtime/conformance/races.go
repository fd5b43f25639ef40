package conformance

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// rounds is how often a race is run: which side wins is chance.
const rounds = 10

// raceCases are what happens at the same moment: G1 to G9.
var raceCases = []Case{
	{Rule: "G1", Name: "grab-2", Run: func(t *T) { t.race(t.Reps(2, grab)) }},
	{Rule: "G1", Name: "grab-20", Run: func(t *T) { t.race(t.Reps(20, grab)) }},
	{Rule: "G1", Name: "grab-200", Alone: true, Run: func(t *T) { t.race(t.Reps(200, grab)) }},
	{Rule: "G1", Name: "grab-over-restart", Needs: []Need{Restart}, Run: func(t *T) {
		desks, watch, c := t.Reps(20, grab), t.Admin(grab), t.Customer(grab)
		id := c.Open()
		for _, d := range desks {
			d.Hears(id, protocol.EventReceived)
		}
		t.Together(len(desks)+1, func(i int) {
			if i == len(desks) {
				if err := t.Target.Restart(t.Context); err != nil {
					t.Fatalf("restart: %v", err)
				}
				return
			}
			key := t.Name("key") // one for all attempts of this agent
			a, problem := desks[i].Command(id, "join", key, nil)
			t.Check(a != nil || is(problem, protocol.ProblemGrabbed), "a join over the restart was answered %s", said(problem))
		})
		watch.Flush()
		r := watch.Row(id)
		t.Check(len(r.Members) == 1 && r.Version == 2, "after the restart it is %s, having been %s", show(r), watch.tale(id))
	}},
	{Rule: "G2", Name: "repeated", Run: func(t *T) {
		winner, loser, watch, c := t.Rep(grab), t.Rep(grab), t.Admin(grab), t.Customer(grab)
		id := c.Open()
		loser.Hears(id, protocol.EventReceived)
		winner.Hears(id, protocol.EventReceived)
		key, lost := t.Name("key"), t.Name("key")
		first, _ := winner.Command(id, "join", key, nil)
		t.Check(first != nil && first.Outcome == request.Joined, "the first grab did not succeed")
		for range 2 {
			again, problem := winner.Command(id, "join", key, nil)
			t.Check(again != nil && again.Outcome == request.Joined && again.Repeated, "the winner's repeat was answered %+v, %s", again, said(problem))
			_, problem = loser.Command(id, "join", lost, nil)
			t.grabbed(problem)
		}
		watch.Told(id, "received", "ACTIVE")
		left := t.Name("key")
		for range 2 {
			a, problem := winner.Command(id, "leave", left, nil)
			t.Check(a != nil && a.Outcome == request.Left, "the winner's leave and its repeat were answered %s", said(problem))
		}
		a, problem := loser.Command(id, "join", lost, nil)
		t.Check(a != nil && a.Outcome == request.Joined, "after the owner has left the loser was answered %s", said(problem))
	}},
	{Rule: "G3", Name: "no-flapping", Run: func(t *T) {
		desks, admin, c := t.Reps(6, grab), t.Admin(grab), t.Customer(grab)
		id := c.Open()
		for range 3 {
			t.Together(len(desks), func(i int) {
				for range 3 {
					_, _ = desks[i].Command(id, "join", t.Name("key"), nil)
				}
			})
			admin.Flush()
			r := admin.Row(id)
			t.Check(len(r.Members) == 1, "it is %s", show(r))
			owner := desks[slices.IndexFunc(desks, func(d *Desk) bool { return d.Name == r.Members[0].Agent })]
			owner.Leave(id)
		}
		admin.Flush()
		last := ""
		for _, e := range admin.About(id) {
			now := ""
			if len(e.Request.Members) > 0 {
				now = e.Request.Members[0].Agent
			}
			t.Check(last == "" || now == "" || last == now, "the owner went from %s to %s", last, now)
			last = now
		}
	}},
	{Rule: "G3", Name: "nobody-inherits", Run: func(t *T) {
		owner, invited, next, c := t.Rep(grab), t.Rep(grab), t.Rep(grab), t.Customer(grab)
		id := c.Open()
		owner.Join(id)
		o := owner.Offer(id, "invite", "agent", invited.Name)
		invited.HearsOffer(o.ID, request.OfferMade)
		invited.Answer(o, "accept")
		r := owner.Leave(id).Request
		t.Check(member(r, invited.Name) != nil && !member(r, invited.Name).Owner, "who was invited owns it when the owner has left: %s", show(r))
		r = next.Join(id).Request // it is free
		t.Check(member(r, next.Name).Owner && !member(r, invited.Name).Owner, "who grabs it then does not own it alone: %s", show(r))
	}},
	{Rule: "G4", Name: "first-joins", Run: func(t *T) {
		desks, watch, c := t.Reps(20, collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		for _, d := range desks {
			d.Hears(id, protocol.EventReceived)
		}
		t.Together(len(desks), func(i int) { desks[i].Join(id) })
		watch.Flush()
		want := append([]string{"received", "ACTIVE"}, slices.Repeat([]string{"members"}, len(desks)-1)...)
		watch.Told(id, want...)
		r := watch.Row(id)
		t.Check(len(r.Members) == len(desks) && r.Version == int64(len(desks))+1, "it is %s", show(r))
	}},
	{Rule: "G5", Name: "join-and-close", Run: func(t *T) {
		d, admin, watch := t.Rep(collab), t.Admin(collab), t.Rep(collab)
		for range rounds {
			id := t.Customer(collab).Open()
			d.Hears(id, protocol.EventReceived)
			admin.Hears(id, protocol.EventReceived)
			var joined *protocol.Result
			t.Together(2, func(i int) {
				if i == 0 {
					admin.Close(id)
					return
				}
				var problem *protocol.Problem
				joined, problem = d.Command(id, "join", t.Name("key"), nil)
				t.Check(joined != nil || is(problem, protocol.ProblemGone), "the join was answered %s", said(problem))
			})
			want := []string{"received", "CLOSED"}
			if joined != nil {
				want = []string{"received", "ACTIVE", "CLOSED"}
			}
			watch.Told(id, want...)
			t.Check(watch.Row(id).State == request.Closed && len(watch.Row(id).Members) == 0, "it is %s", show(watch.Row(id)))
		}
	}},
	{Rule: "G6", Name: "leave-and-join", Run: func(t *T) {
		leaves, joins, watch := t.Rep(collab), t.Rep(collab), t.Rep(collab)
		for range rounds {
			id := t.Customer(collab).Open()
			joins.Hears(id, protocol.EventReceived)
			leaves.Join(id)
			t.Together(2, func(i int) {
				if i == 0 {
					leaves.Leave(id)
				} else {
					joins.Join(id)
				}
			})
			watch.Flush()
			r := watch.Row(id)
			t.Check(r.State == request.Active && len(r.Members) == 1 && member(r, joins.Name) != nil && r.Version == 4, "it is %s", show(r))
			t.walked(id, watch.About(id))
		}
	}},
	{Rule: "G7", Name: "message-and-auto-close", Run: func(t *T) {
		watch := t.Rep(expiry)
		t.Together(rounds, func(i int) {
			c := t.Customer(expiry)
			id := c.Open()
			opened := watch.Hears(id, protocol.EventReceived).Request.LastCustomerAt
			// Messages around the moment, a few milliseconds apart.
			next := ""
			for wait := time.NewTimer(time.Until(opened.Add(autoCloseAfter - 100*time.Millisecond))); next == ""; wait.Reset(10 * time.Millisecond) {
				select {
				case <-wait.C:
				case <-t.Context.Done():
					t.Fatalf("%v", t.Context.Err())
				}
				receipt := c.Write("just in time?")
				if receipt.Outcome == request.Opened {
					next = receipt.Request
				} else {
					t.Check(receipt.Request == id, "a message went to %s, and %s is open", receipt.Request, id)
					break
				}
			}
			closed := watch.closes(id).Request
			t.Check(closed.ClosedAt.Sub(closed.LastCustomerAt) > autoCloseAfter, "it closed %s after the last message", closed.ClosedAt.Sub(closed.LastCustomerAt))
			if next != "" {
				e := watch.Hears(next, protocol.EventReceived)
				t.Check(next != id && !e.Request.OpenedAt.Before(*closed.ClosedAt), "the next one opened before the last one closed")
			}
		})
	}},
	{Rule: "G8", Name: "two-first-messages", Run: func(t *T) {
		watch := t.Rep(collab)
		for range rounds {
			c := t.Customer(collab)
			ids := make([]string, 4)
			t.Together(len(ids), func(i int) { ids[i] = c.elsewhere().Write(fmt.Sprint("message ", i)).Request })
			slices.Sort(ids)
			t.Check(len(slices.Compact(ids)) == 1, "the customer has the requests %v", ids)
			watch.Told(ids[0], "received")
			t.Check(watch.Row(ids[0]).Version == 4, "it is %s", show(watch.Row(ids[0])))
		}
	}},
	{Rule: "G9", Name: "delivered-twice", Run: func(t *T) {
		watch, c := t.Rep(collab), t.Customer(collab)
		message := t.Name("message")
		var mu sync.Mutex
		first, ids := 0, map[string]bool{}
		t.Together(8, func(int) {
			receipt, problem := c.elsewhere().Post(message, "the same")
			t.Check(problem == nil, "a repeated message was answered %s", said(problem))
			mu.Lock()
			defer mu.Unlock()
			ids[receipt.Request] = true
			if !receipt.Duplicate {
				first++
			}
		})
		t.Check(first == 1 && len(ids) == 1, "%d of 8 deliveries were taken, for %d requests", first, len(ids))
		var open struct{ Messages []request.Message }
		for id := range ids {
			watch.Told(id, "received")
			watch.Must(http.MethodGet, "/v1/requests/"+id, nil, &open)
			t.Check(len(open.Messages) == 1 && watch.Row(id).Version == 1, "it has %d messages, %s", len(open.Messages), show(watch.Row(id)))
		}
		// The id is the customer's own.
		twin := t.Customer(collab)
		receipt, problem := twin.Post(message, "another one")
		t.Check(problem == nil && receipt.Outcome == request.Opened && !receipt.Duplicate && !ids[receipt.Request], "another customer's message of the same id was taken as %+v, %s", receipt, said(problem))
		c.End()
		receipt, _ = c.Post(message, "the same")
		t.Check(receipt.Duplicate && ids[receipt.Request], "the same message opened %s after the close", receipt.Request)
	}},
}

// race lets all desks grab one request at once and holds G1. It gives how long it
// took until all were answered.
func (t *T) race(desks []*Desk) time.Duration {
	watch, c := t.Admin(grab), t.Customer(grab)
	id := c.Open()
	for _, d := range append(slices.Clone(desks), watch) {
		d.Hears(id, protocol.EventReceived)
	}
	won := make([]*protocol.Result, len(desks))
	lost := make([]*protocol.Problem, len(desks))
	began := time.Now()
	t.Together(len(desks), func(i int) { won[i], lost[i] = desks[i].Command(id, "join", t.Name("key"), nil) })
	took := time.Since(began)
	winner := slices.IndexFunc(won, func(r *protocol.Result) bool { return r != nil })
	t.Check(winner >= 0, "nobody won; the first was answered %s", said(lost[0]))
	since := member(won[winner].Request, desks[winner].Name).JoinedAt
	for i := range desks {
		if i == winner {
			continue
		}
		t.Check(won[i] == nil, "%s and %s both won", desks[winner].Name, desks[i].Name)
		by, at := t.grabbed(lost[i])
		t.Check(by == desks[winner].Name && at.Equal(since), "a loser was told %s at %s, and %s won at %s", by, at, desks[winner].Name, since)
	}
	watch.Told(id, "received", "ACTIVE")
	r := watch.Row(id)
	t.Check(r.Version == 2 && len(r.Members) == 1, "after the race it is %s", show(r))
	return took
}
