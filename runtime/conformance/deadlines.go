package conformance

import (
	"slices"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// deadlineCases are the clocks that end something: C5 to C9.
var deadlineCases = []Case{
	{Rule: "C5", Name: "nothing-after-close", Run: func(t *T) {
		d, watch := t.Rep(response), t.Rep(response)
		closed, later := t.Customer(response), t.Customer(response)
		id := closed.Open()
		d.Join(id)
		d.Close(id)
		r := watch.HearsState(id, request.Closed).Request
		t.Check(r.WaitingSince == nil && watch.Row(id).Attention == nil, "a closed request waits since %v, attention %+v", r.WaitingSince, watch.Row(id).Attention)
		// The clock of one that began later has run out: so would have this one's.
		next := later.Open()
		d.Join(next)
		watch.Await("the response time of a later request", 0, by(next, request.ResponseTimeout))
		watch.Told(id, "received", "ACTIVE", "CLOSED")
	}},
	{Rule: "C5", Name: "reopened-afresh", Run: func(t *T) {
		d, c := t.Rep(reopen), t.Customer(reopen)
		first := c.Open()
		d.Join(first)
		d.Close(first)
		second := c.Open()
		r := d.Hears(second, protocol.EventReceived).Request
		t.Check(r.WaitingSince != nil && r.WaitingSince.Equal(r.OpenedAt) && r.LastCustomerAt.Equal(r.OpenedAt) && r.FirstJoinedAt == nil && r.LastAgentAt == nil,
			"it was opened at %s, and waits since %v", r.OpenedAt, r.WaitingSince)
		t.Check(!r.OpenedAt.Before(*d.Row(first).ClosedAt), "it opened before the other one closed")
	}},
	{Rule: "C6", Name: "customer-alone-counts", Needs: []Need{Receive}, Run: func(t *T) {
		d := t.Rep(expiry)
		busy, quiet := t.Customer(expiry), t.Customer(expiry)
		one := busy.Open()
		d.Join(one)
		// Between the two messages, so that their deadlines are apart.
		d.becomes(one, request.Soon, nil)
		two := quiet.Open()
		d.Hears(two, protocol.EventReceived)
		d.Say(one, "We are looking into it.")
		d.Leave(one)
		d.Join(one)
		for _, id := range []string{one, two} {
			r := d.closes(id).Request
			t.Check(r.ClosedAt.Sub(r.LastCustomerAt) > autoCloseAfter, "it closed %s after the customer's last message", r.ClosedAt.Sub(r.LastCustomerAt))
		}
		// Had the agent's message moved the first one's deadline, the second would
		// have closed before it.
		d.Flush()
		t.Check(d.before(one, two), "the request with a later message of an agent closed later")
	}},
	{Rule: "C6", Name: "customer-extends", Run: func(t *T) {
		d := t.Rep(expiry)
		writes, quiet := t.Customer(expiry), t.Customer(expiry)
		one := writes.Open()
		two := quiet.Open()
		d.Hears(one, protocol.EventReceived)
		d.becomes(two, request.Soon, nil)
		writes.Again(one)
		for _, id := range []string{one, two} {
			r := d.closes(id).Request
			t.Check(r.ClosedAt.Sub(r.LastCustomerAt) > autoCloseAfter, "it closed %s after the customer's last message", r.ClosedAt.Sub(r.LastCustomerAt))
		}
		t.Check(d.before(two, one), "the customer's later message did not keep the request open for longer")
	}},
	{Rule: "C7", Name: "answered-in-time", Needs: []Need{Receive}, Run: func(t *T) {
		d := t.Rep(patience)
		answers, silent := t.Customer(patience), t.Customer(patience)
		one, two := answers.Open(), silent.Open()
		d.Join(one)
		d.Join(two)
		d.Say(one, "Which size?")
		answers.Write("XL")
		d.Say(two, "Which colour?") // later: when its clock has run out, so has the other
		r := d.closes(two).Request
		t.Check(r.ClosedAt.Sub(*r.LastAgentAt) > activityTimeout, "it closed %s after the agent's message", r.ClosedAt.Sub(*r.LastAgentAt))
		d.Flush()
		t.Check(d.Row(one).State == request.Active, "the answered one is %s", show(d.Row(one)))
		closes := slices.DeleteFunc(d.About(two), func(e *Event) bool { return e.Request == nil || e.Request.State != request.Closed })
		t.Check(len(closes) == 1, "it was closed %d times", len(closes))
	}},
	{Rule: "C7", Name: "the-earlier-wins", Needs: []Need{Receive, Apply}, Run: func(t *T) {
		l := t.Live("attention: {soonAfter: 1s, overdueAfter: 2s}", "autoCloseAfter: 3s")
		l.Rechannel(func(c *List) { c.CustomerActivityTimeout = "1s" })
		t.Eventually("the channel's timeout", func() string { // of a request that was opened under it
			d, c := t.Rep(l.Name), t.Customer(l.Name)
			id := c.Open()
			d.Join(id)
			d.Say(id, "Which size?")
			e := d.closes(id)
			d.Told(id, "received", "ACTIVE", "message", "CLOSED")
			if e.Cause != request.CustomerTimeout {
				return "it closed by " + string(e.Cause)
			}
			return ""
		})
		d, c := t.Rep(l.Name), t.Customer(l.Name)
		id := c.Open()
		t.Check(d.closes(id).Cause == request.Expire, "without a message of an agent it closed by the wrong clock")
	}},
	{Rule: "C8", Name: "deadlines-over-restart", Needs: []Need{Restart}, Run: func(t *T) {
		d := t.Rep(expiry)
		var ids []string
		for range 5 {
			ids = append(ids, t.Customer(expiry).Open())
		}
		t.restart()
		for _, id := range ids {
			r := d.closes(id).Request
			t.Check(r.ClosedAt.Sub(r.LastCustomerAt) > autoCloseAfter, "it closed %s after the last message", r.ClosedAt.Sub(r.LastCustomerAt))
		}
		d.Flush()
		for i, id := range ids {
			closes := slices.DeleteFunc(d.About(id), func(e *Event) bool { return e.Request.State != request.Closed })
			t.Check(len(closes) == 1, "%s closed %d times", id, len(closes))
			t.Check(i == 0 || d.before(ids[i-1], id), "%s closed before %s, whose deadline was earlier", id, ids[max(i-1, 0)])
		}
	}},
	{Rule: "C8", Name: "not-begun-anew", Needs: []Need{Restart}, Run: func(t *T) {
		d := t.Rep(expiry, response)
		old := t.Customer(expiry).Open()
		d.Hears(old, protocol.EventReceived)
		d.becomes(old, request.Overdue, nil)
		t.restart()
		// A second was left of three: less than a clock has that begins now.
		// Who is there from now on joins it: the other one may be away for their grace still.
		next := t.Customer(response).Open()
		t.Rep(response).Join(next)
		d.Await("the response time of a later request", 0, by(next, request.ResponseTimeout))
		d.closes(old)
		all := d.Feed.All(0)
		at := func(id string, kind request.Kind) int { return slices.IndexFunc(all, by(id, kind)) }
		t.Check(at(old, request.Expire) < at(next, request.ResponseTimeout), "a deadline from before the restart ended behind a later one")
	}},
	{Rule: "C9", Name: "thresholds", Needs: []Need{Apply}, Run: func(t *T) {
		l := t.Live("attention: {soonAfter: 1h, overdueAfter: 2h}")
		d, c := t.Rep(l.Name), t.Customer(l.Name)
		id := c.Open()
		d.Hears(id, protocol.EventReceived)
		t.Check(t.bucket(d.Glance(id), time.Hour, 2*time.Hour) == request.Normal, "it is %s", d.Row(id).Attention.Bucket)
		l.Spec("attention: {soonAfter: 1s, overdueAfter: 2s}")
		t.Eventually("the new thresholds", func() string {
			if b := d.Row(id).Attention.Bucket; b != request.Overdue {
				return "it is " + string(b)
			}
			return ""
		})
		t.bucket(d.Glance(id), soonAfter, overdueAfter)
		l.Spec("attention: {soonAfter: 1s, overdueAfter: 2s}", "autoCloseAfter: 3s")
		r := d.closes(id).Request
		t.Check(r.ClosedAt.Sub(r.LastCustomerAt) > autoCloseAfter, "it closed %s after the last message", r.ClosedAt.Sub(r.LastCustomerAt))
		l.Spec("attention: {soonAfter: 1s, overdueAfter: 2s}", "autoCloseAfter: 4s")
		d.Told(id, "received", "CLOSED")
	}},
}

// before says whether the desk was told of one request's close before the other's.
func (d *Desk) before(one, other string) bool {
	at := func(id string) int {
		return slices.IndexFunc(d.Feed.All(0), func(e *Event) bool {
			return e.about(id) && e.Request != nil && e.Request.State == request.Closed
		})
	}
	return at(one) >= 0 && at(one) < at(other)
}

// restart restarts the runtime.
func (t *T) restart() {
	if err := t.Target.Restart(t.Context); err != nil {
		t.Fatalf("restart: %v", err)
	}
}
