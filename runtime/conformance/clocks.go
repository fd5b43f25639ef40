package conformance

import (
	"net/http"
	"slices"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// glance is a row, and what is known of the moment at which it was made: between
// two times of the runtime's own clock, which it says in whole seconds.
type glance struct {
	*Row
	after, before time.Time
}

// Glance looks at a request.
func (d *Desk) Glance(id string) glance {
	var me protocol.Me
	after := date(d.Must(http.MethodGet, "/v1/me", nil, &me))
	var c struct{ Request *Row }
	before := date(d.Must(http.MethodGet, "/v1/requests/"+id, nil, &c))
	return glance{c.Request, after, before.Add(time.Second)}
}

func date(h http.Header) time.Time {
	at, _ := http.ParseTime(h.Get("Date"))
	return at
}

// bucket holds what is said of a waiting customer to the thresholds: more than soon
// is Soon, more than overdue is Overdue. Where the runtime's clock is known well
// enough to say otherwise, it was wrong.
func (t *T) bucket(g glance, soon, overdue time.Duration) request.Bucket {
	t.Check(g.Attention != nil && g.WaitingSince != nil, "the row of a waiting customer says nothing of it: %+v", g.Attention)
	atLeast, atMost := g.after.Sub(*g.WaitingSince), g.before.Sub(*g.WaitingSince)
	wrong := false
	switch g.Attention.Bucket {
	case request.Normal:
		wrong = atLeast > soon
	case request.Soon:
		wrong = atMost <= soon || atLeast > overdue
	case request.Overdue:
		wrong = atMost <= overdue
	}
	t.Check(!wrong, "it is %s when the customer has waited between %s and %s; the thresholds are %s and %s", g.Attention.Bucket, atLeast, atMost, soon, overdue)
	return g.Attention.Bucket
}

// buckets are in the order in which they come.
var buckets = []request.Bucket{request.Normal, request.Soon, request.Overdue}

// becomes follows the buckets until one is reached, or passed, and gives those that
// were seen.
func (d *Desk) becomes(id string, want request.Bucket, between func()) (seen []request.Bucket) {
	d.t.Eventually("the bucket "+string(want), func() string {
		b := d.t.bucket(d.Glance(id), soonAfter, overdueAfter)
		if len(seen) == 0 || seen[len(seen)-1] != b {
			seen = append(seen, b)
			if between != nil {
				between()
			}
		}
		if slices.Index(buckets, b) < slices.Index(buckets, want) {
			return "it is " + string(b)
		}
		return ""
	})
	return seen
}

// clockCases are the waiting clock and its buckets: C1 to C4, C10.
var clockCases = []Case{
	{Rule: "C1", Name: "oldest-unanswered", Needs: []Need{Receive}, Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		first := d.Hears(id, protocol.EventReceived).Request.OpenedAt
		since := func(want *time.Time, when string) {
			d.Flush()
			got := d.Row(id).WaitingSince
			t.Check((got == nil) == (want == nil) && (got == nil || got.Equal(*want)), "%s the customer waits since %v, and should since %v", when, got, want)
		}
		since(&first, "after the first message")
		c.Again(id)
		since(&first, "after a further message")
		d.Join(id)
		since(&first, "after a join")
		d.Say(id, "Here I am.")
		since(nil, "after the answer")
		c.Write("At last!")
		e := d.Await("the next message", 0, func(e *Event) bool { return e.about(id) && e.Message != nil && e.Message.Text == "At last!" })
		since(&e.Message.At, "after the next message")
		c.Again(id)
		since(&e.Message.At, "after one more")
		d.Leave(id)
		since(&e.Message.At, "after a leave")
	}},
	{Rule: "C2", Name: "buckets-unread", Run: func(t *T) {
		d, c := t.Rep(attention), t.Customer(attention)
		id := c.Open()
		d.Hears(id, protocol.EventReceived)
		t.Check(d.Row(id).Attention.Coverage == request.RepNeeded, "nobody is there, and the coverage is %s", d.Row(id).Attention.Coverage)
		seen := d.becomes(id, request.Overdue, nil)
		t.Check(slices.IsSortedFunc(seen, func(a, b request.Bucket) int { return slices.Index(buckets, a) - slices.Index(buckets, b) }), "the buckets came as %v", seen)
		t.Check(d.Lists(id, map[string][]string{"attention": {string(request.Overdue)}}) && !d.Lists(id, map[string][]string{"attention": {string(request.Normal)}}), "it is not found by its bucket")
		t.Check(d.Lists(id, map[string][]string{"coverage": {string(request.RepNeeded)}}), "it is not found by its coverage")
		d.Told(id, "received")
	}},
	{Rule: "C2", Name: "buckets-inactive", Run: func(t *T) {
		d, c := t.Rep(attention), t.Customer(attention)
		id := c.Open()
		d.Join(id)
		t.Check(d.Row(id).Attention.Coverage == request.Pending, "somebody is there, and the coverage is %s", d.Row(id).Attention.Coverage)
		d.Leave(id)
		t.Check(d.Row(id).Attention.Coverage == request.RepNeeded, "everybody has left, and the coverage is %s", d.Row(id).Attention.Coverage)
		d.becomes(id, request.Overdue, nil)
	}},
	{Rule: "C2", Name: "answered", Needs: []Need{Receive}, Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Join(id)
		for range 2 {
			looked := func(want request.Coverage) {
				a := d.Row(id).Attention
				t.Check(a.Coverage == want && d.Lists(id, map[string][]string{"coverage": {string(want)}}), "the coverage is %s, and should be %s", a.Coverage, want)
			}
			looked(request.Pending)
			d.Say(id, "Here I am.")
			looked(request.Covered)
			t.Check(d.Row(id).Attention.Bucket == request.Normal, "nobody waits, and it is %s", d.Row(id).Attention.Bucket)
			from := d.Feed.Len()
			c.Again(id)
			d.Await("the next message", from, func(e *Event) bool { return e.about(id) && e.Message != nil && e.Message.Text == "Hello?" })
		}
	}},
	{Rule: "C2", Name: "defaults", Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Hears(id, protocol.EventReceived)
		t.bucket(d.Glance(id), 3*time.Minute, 5*time.Minute)
	}},
	{Rule: "C3", Name: "no-pause", Run: func(t *T) {
		d, invited, c := t.Rep(attention), t.Rep(attention), t.Customer(attention)
		id := c.Open()
		since := *d.Join(id).Request.WaitingSince
		step := 0
		d.becomes(id, request.Overdue, func() { // an offer, an absence and a return between the buckets
			switch step++; step {
			case 1:
				o := d.Offer(id, "invite", "agent", invited.Name)
				invited.HearsOffer(o.ID, request.OfferMade)
				invited.Answer(o, "decline")
			case 2:
				d.Feed.Connect(d.Feed.Drop())
			}
			t.Check(d.Row(id).WaitingSince.Equal(since), "the customer waits since %s now, and did since %s", d.Row(id).WaitingSince, since)
		})
	}},
	{Rule: "C4", Name: "of-the-request", Run: func(t *T) {
		desks, c := t.Reps(3, attention), t.Customer(attention)
		id := c.Open()
		since := desks[0].Hears(id, protocol.EventReceived).Request.OpenedAt
		for _, d := range desks {
			r := d.Join(id).Request
			t.Check(r.WaitingSince.Equal(since), "after a join the customer waits since %s, and did since %s", r.WaitingSince, since)
			d.becomes(id, request.Soon, nil)
			r = d.Leave(id).Request
			t.Check(r.WaitingSince.Equal(since), "after a leave the customer waits since %s, and did since %s", r.WaitingSince, since)
			if d.Row(id).Attention.Bucket == request.Overdue {
				break
			}
		}
		desks[0].becomes(id, request.Overdue, nil)
	}},
	{Rule: "C10", Name: "first-join", Run: func(t *T) {
		d, also, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Hears(id, protocol.EventReceived)
		t.Check(d.Row(id).FirstJoinedAt == nil, "nobody has joined, and the first join was at %v", d.Row(id).FirstJoinedAt)
		r := d.Join(id).Request
		first := member(r, d.Name).JoinedAt
		t.Check(r.FirstJoinedAt != nil && r.FirstJoinedAt.Equal(first) && !first.Before(r.OpenedAt), "the first join was at %v, and the member came at %s", r.FirstJoinedAt, first)
		also.Join(id)
		d.Leave(id)
		also.Leave(id)
		r = d.Join(id).Request
		t.Check(r.FirstJoinedAt.Equal(first), "after leaves and joins the first join was at %s", r.FirstJoinedAt)
	}},
}
