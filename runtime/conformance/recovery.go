package conformance

import (
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// recoveryCases break feeds: R1 to R4.
var recoveryCases = []Case{
	{Rule: "R1", Name: "resume", Run: func(t *T) {
		d, worker := t.Rep(collab), t.Rep(collab)
		first := t.Customer(collab).Open()
		d.Hears(first, protocol.EventReceived)
		d.Flush()
		cursor := d.Feed.Drop()
		worker.Join(first)
		second := t.Customer(collab).Open()
		worker.Join(second)
		worker.Leave(second)
		worker.Close(first)
		d.Feed.Connect(cursor)
		d.Told(first, "received", "ACTIVE", "CLOSED")
		d.Told(second, "received", "ACTIVE", "INACTIVE")
	}},
	{Rule: "R1", Name: "resume-of-a-member", Run: func(t *T) {
		d, second, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Join(id)
		d.Another().Connect() // so that they stay a member
		d.Flush()
		cursor := d.Feed.Drop()
		c.Write("one")
		second.Join(id)
		o := second.Offer(id, "transfer", "agent", d.Name)
		c.Write("two")
		d.Feed.Connect(cursor)
		d.Told(id, "received", "ACTIVE", "message", "members", "offer made", "message")
		t.Check(d.HearsOffer(o.ID, request.OfferMade).Offer.From == second.Name, "the offer is told of somebody else")
	}},
	{Rule: "R1", Name: "resume-elsewhere", Run: func(t *T) {
		d, worker := t.Rep(collab), t.Rep(collab)
		first := t.Customer(collab).Open()
		d.Hears(first, protocol.EventReceived)
		d.Flush()
		cursor := d.Feed.Drop()
		worker.Join(first)
		next := d.Another() // at the next replica, where there is one
		next.Feed.Connect(cursor)
		next.HearsState(first, request.Active)
		worker.Leave(first)
		next.Told(first, "ACTIVE", "INACTIVE")
	}},
	{Rule: "R1", Name: "resume-from-an-answer", Run: func(t *T) {
		d, worker := t.Rep(collab), t.Rep(collab)
		id := t.Customer(collab).Open()
		d.Feed.Drop()
		cursor := worker.Join(id).Cursor
		worker.Leave(id)
		next := d.Another()
		next.Feed.Connect(cursor)
		next.Told(id, "INACTIVE")
	}},
	{Rule: "R1", Name: "many-breaks", Run: func(t *T) {
		d, worker := t.Rep(collab), t.Rep(collab)
		ids := make([]string, 20)
		for i := range ids {
			ids[i] = t.Customer(collab).Open()
			worker.Join(ids[i])
			if i%2 == 0 {
				d.Feed.Connect(d.Feed.Drop())
			}
			worker.Leave(ids[i])
		}
		for _, id := range ids {
			d.Told(id, "received", "ACTIVE", "INACTIVE")
		}
	}},
	{Rule: "R2", Name: "cursor-too-old", Needs: []Need{Forget}, Alone: true, Run: func(t *T) {
		d := t.Rep(collab)
		id := t.Customer(collab).Open()
		d.Hears(id, protocol.EventReceived)
		old := t.Target.OldCursor
		forget := func() {
			if err := t.Target.Forget(t.Context); err != nil {
				t.Fatalf("forget: %v", err)
			}
		}
		given := old != ""
		if !given {
			d.Flush()
			old = d.Feed.Cursor()
			forget()
		}
		d.Feed.Drop()
		tries := 0
		const seldom = 100 // the clock moves each time, and tokens are good for a day
		t.Eventually("the gap", func() string {
			t.Customer(collab).Open() // history goes by
			// What comes in between is old in its turn, and newer than the cursor; a replica
			// that was behind needs that once more.
			if tries++; !given && tries%seldom == 1 {
				forget()
			}
			probe := d.Another()
			probe.Feed.Connect(old)
			e := probe.Await("the beginning of a feed", 0, func(e *Event) bool { return true })
			if e.Gap == nil {
				probe.Feed.Drop()
				return "the cursor is resumed with " + e.String()
			}
			t.Check(e.Gap.Reason == protocol.GapExpired, "the gap's reason is %s", e.Gap.Reason)
			probe.Await("a snapshot behind the gap", 0, func(e *Event) bool { return e.Snapshot != nil && e.Snapshot.Reason == protocol.SnapshotGap })
			probe.Flush()
			t.Check(len(probe.received(id)) == 0, "the request was announced again")
			return ""
		})
	}},
	{Rule: "R3", Name: "cursors-that-cannot-be", Run: func(t *T) {
		d := t.Rep(collab)
		id := t.Customer(collab).Open()
		d.Hears(id, protocol.EventReceived)
		epoch, _, _ := strings.Cut(d.Feed.Cursor(), ".")
		for cursor, want := range map[string]protocol.GapReason{
			epoch + ".999999999999999": protocol.GapFuture,
			"ANOTHERHISTORY.1":         protocol.GapEpoch,
			"no cursor at all":         protocol.GapMalformed,
		} {
			next := d.Another()
			next.Feed.Connect(cursor)
			e := next.Await("a gap for the cursor "+cursor, 0, func(e *Event) bool { return true })
			t.Check(e.Gap != nil && e.Gap.Reason == want, "the cursor %q was answered %s, %+v", cursor, e, e.Gap)
			next.Await("a snapshot behind the gap", 0, inSnapshot(id))
			next.Told(id)
			next.Feed.Drop()
		}
	}},
	{Rule: "R4", Name: "restart-under-load", Needs: []Need{Restart}, Run: func(t *T) {
		desks, workers := t.Reps(8, collab), t.Reps(4, collab)
		const customers = 40
		ids := make([]string, customers)
		var posted atomic.Int64
		t.Together(customers+1, func(i int) {
			if i == customers {
				t.Eventually("the load", func() string {
					if n := posted.Load(); n < 20 {
						return fmt.Sprint(n, " requests")
					}
					return ""
				})
				t.restart()
				return
			}
			c, d := t.Customer(collab), workers[i%len(workers)]
			ids[i] = c.Open()
			posted.Add(1)
			for range 3 {
				d.Does(ids[i], "join", nil, "joined")
				c.Again(ids[i])
				d.out(ids[i])
			}
			if i%2 == 0 {
				c.End()
			}
		})
		for _, d := range desks {
			for i, id := range ids {
				want := []string{"received", "ACTIVE", "INACTIVE", "ACTIVE", "INACTIVE", "ACTIVE", "INACTIVE"}
				if i%2 == 0 {
					want = append(want, "CLOSED")
				}
				d.Told(id, want...)
				for _, e := range d.About(id) {
					t.Check(e.Request == nil || e.Request.State != request.Inactive || e.Cause == request.Leave || e.Cause == request.Disconnect,
						"it became INACTIVE by %s, and should have only when its member left or was away", e.Cause)
				}
			}
			d.Flush()
			t.Eventually("the same view", func() string { return differ(ours(d.replay(t), ids), ours(d.open(), ids)) })
		}
	}},
}

// out leaves a request, where the runtime has not seen to that: over a restart an agent
// may be away for longer than the grace (T26). Either way it is told once.
func (d *Desk) out(id string) {
	d.t.Eventually(d.Name+"'s leave", func() string {
		_, problem := d.Command(id, "leave", d.t.Name("key"), nil)
		if is(problem, protocol.ProblemUnknownRequest) {
			return said(problem)
		}
		d.t.Check(problem == nil || is(problem, protocol.ProblemNotAMember), "leave of %s was answered %s", d.Name, said(problem))
		return ""
	})
}

// ours are the requests of a view that are the case's own.
func ours(versions map[string]int64, ids []string) map[string]int64 {
	mine := map[string]int64{}
	for _, id := range ids {
		if v, ok := versions[id]; ok {
			mine[id] = v
		}
	}
	return mine
}
