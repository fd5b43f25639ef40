package conformance

import (
	"net/http"
	"slices"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// The times of config/worklists.yaml and config/runtime.yaml.
const (
	autoCloseAfter   = 3 * time.Second
	responseTime     = time.Second
	activityTimeout  = 2 * time.Second
	disconnectGrace  = 2 * time.Second
	transferTimeout  = 2 * time.Second
	realertAfter     = time.Second
	soonAfter        = time.Second
	overdueAfter     = 2 * time.Second
	messageMaxLength = 4096
)

// closes waits for the end of a request that a clock brings about.
func (d *Desk) closes(id string) *Event {
	e := d.HearsState(id, request.Closed)
	d.t.Check(e.Request.CloseReason == request.ClosedByInactivity && len(e.Request.Members) == 0 && e.Request.ClosedAt != nil,
		"it closed as %s, reason %s", show(e.Request), e.Request.CloseReason)
	return e
}

// timeoutCases are what clocks and absent agents do: T22 to T27.
var timeoutCases = []Case{
	{Rule: "T22", Name: "customer-silent", Run: func(t *T) {
		in, out, c := t.Rep(expiry), t.Rep(expiry), t.Customer(expiry)
		id := c.Open()
		in.Join(id)
		for _, d := range []*Desk{in, out} {
			r := d.closes(id).Request
			silent := r.ClosedAt.Sub(r.LastCustomerAt)
			t.Check(silent > autoCloseAfter, "it closed %s after the last message, and should have stayed open for %s", silent, autoCloseAfter)
			d.Told(id, "received", "ACTIVE", "CLOSED")
		}
	}},
	{Rule: "T23", Name: "customer-does-not-answer", Needs: []Need{Receive}, Run: func(t *T) {
		in, out, c := t.Rep(patience), t.Rep(patience), t.Customer(patience)
		id := c.Open()
		in.Join(id)
		in.Say(id, "Which size?")
		last := in.Say(id, "Are you there?").Message.At
		for _, d := range []*Desk{in, out} {
			e := d.closes(id)
			t.Check(e.Request.LastAgentAt != nil && e.Request.LastAgentAt.Equal(last), "the row says that an agent wrote last at %v, and they did at %s", e.Request.LastAgentAt, last)
			silent := e.Request.ClosedAt.Sub(*e.Request.LastAgentAt)
			t.Check(silent > activityTimeout && e.Cause == request.CustomerTimeout, "it closed by %s, %s after the agent wrote, and should have stayed open for %s", e.Cause, silent, activityTimeout)
		}
	}},
	{Rule: "T24", Name: "nobody-answers-in-time", Run: func(t *T) {
		in, also, out, c := t.Rep(response), t.Rep(response), t.Rep(response), t.Customer(response)
		id := c.Open()
		in.Join(id)
		also.Join(id)
		released := func(d *Desk, nth int, since time.Time) time.Time {
			e := d.Await("the release of everybody", 0, nthOf(nth, func(e *Event) bool {
				return e.about(id) && e.Type == protocol.EventStateChanged && e.Request.State == request.Inactive
			}))
			t.Check(e.Cause == request.ResponseTimeout && len(e.Request.Members) == 0, "it became %s by %s", show(e.Request), e.Cause)
			t.Check(e.At.Sub(since) > responseTime, "they were released after %s, and had %s", e.At.Sub(since), responseTime)
			return e.At
		}
		opened := out.Row(id).OpenedAt
		for _, d := range []*Desk{in, also, out} {
			released(d, 1, opened)
		}
		again := in.Join(id)
		released(out, 2, member(again.Request, in.Name).JoinedAt)
	}},
	{Rule: "T24", Name: "answered-in-time", Needs: []Need{Receive}, Run: func(t *T) {
		d, watch := t.Rep(response), t.Rep(response)
		answered, later := t.Customer(response), t.Customer(response)
		id := answered.Open()
		t.Eventually("an answer in time", func() string {
			_, _ = d.Command(id, "join", t.Name("key"), nil)
			_, problem := d.Command(id, "messages", t.Name("key"), map[string]string{"text": "Here I am."})
			if problem != nil { // released before it came
				return said(problem)
			}
			return ""
		})
		// The clock of one that began later has run out: so would have this one's.
		next := later.Open()
		d.Join(next)
		watch.Await("the response time of a later request", 0, by(next, request.ResponseTimeout))
		r := watch.Row(id)
		t.Check(r.State == request.Active && member(r, d.Name) != nil, "after an answer in time it is %s", show(r))
	}},
	{Rule: "T25", Name: "back-within-grace", Run: func(t *T) {
		stays, goes, last, c := t.Rep(collab), t.Rep(collab), t.Rep(collab), t.Customer(collab)
		watch, id := t.Rep(collab), c.Open()
		for _, d := range []*Desk{stays, goes, last} {
			d.Join(id)
		}
		released := func(d *Desk) bool {
			return slices.ContainsFunc(watch.About(id), func(e *Event) bool { return e.Cause == request.Disconnect && slices.Contains(e.Released, d.Name) })
		}
		goes.Feed.Drop()
		t.Eventually("the release of who went first", func() string {
			if released(goes) {
				return ""
			}
			cursor := stays.Feed.Drop() // one short absence after the other, each of them noticed
			watch.targets(stays, false)
			stays.Feed.Connect(cursor)
			watch.targets(stays, true)
			return "they are a member still"
		})
		// When one is let go who went away later, the one who came back would have been, too.
		last.Feed.Drop()
		t.Eventually("the release of who stayed away", func() string {
			if !released(last) {
				return "they are a member still"
			}
			return ""
		})
		watch.Told(id, "received", "ACTIVE", "members", "members", "ACTIVE", "ACTIVE")
		stays.Told(id, "received", "ACTIVE", "members", "members", "ACTIVE", "ACTIVE")
		t.Check(member(watch.Row(id), stays.Name) != nil, "who came back is no member: %s", show(watch.Row(id)))
	}},
	{Rule: "T26", Name: "away-for-longer", Run: func(t *T) {
		first, last, watch, c := t.Rep(collab), t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		first.Join(id)
		joined := last.Join(id)
		first.Feed.Drop()
		e := last.Await("the release of who is away", 0, by(id, request.Disconnect))
		t.Check(e.Request.State == request.Active && member(e.Request, first.Name) == nil && slices.Contains(e.Released, first.Name), "it became %s, released %v", show(e.Request), e.Released)
		t.Check(e.At.Sub(member(joined.Request, last.Name).JoinedAt) > disconnectGrace, "the grace was only %s", e.At.Sub(member(joined.Request, last.Name).JoinedAt))
		last.Feed.Drop()
		watch.HearsState(id, request.Inactive)
		watch.Told(id, "received", "ACTIVE", "members", "ACTIVE", "INACTIVE")
	}},
	{Rule: "T26", Name: "never-connected", Run: func(t *T) {
		watch, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		absent := t.Agent(t.Name("agent"), reps(collab))
		absent.Join(id)
		e := watch.HearsState(id, request.Inactive)
		t.Check(e.Cause == request.Disconnect, "it became INACTIVE by %s", e.Cause)
	}},
	{Rule: "T27", Name: "logout", Run: func(t *T) {
		d, other, watch := t.Rep(collab), t.Rep(collab), t.Rep(collab)
		alone, shared := t.Customer(collab), t.Customer(collab)
		one, two := alone.Open(), shared.Open()
		d.Join(one)
		d.Join(two)
		other.Join(two)
		var left protocol.LoggedOut
		d.Must(http.MethodPost, "/v1/logout", struct{}{}, &left)
		want, got := []string{one, two}, slices.Clone(left.Left)
		slices.Sort(want)
		slices.Sort(got)
		t.Check(slices.Equal(got, want), "the logout left %v, and should have left %v", got, want)
		watch.Told(one, "received", "ACTIVE", "INACTIVE")
		watch.Told(two, "received", "ACTIVE", "members", "ACTIVE")
		e := watch.Await("the leave", 0, by(two, request.Logout))
		t.Check(member(e.Request, d.Name) == nil && member(e.Request, other.Name) != nil, "the shared one is %s", show(e.Request))
	}},
}

// by means an event that a kind of command brought about.
func by(id string, kind request.Kind) func(*Event) bool {
	return func(e *Event) bool { return e.about(id) && e.Cause == kind }
}

// nthOf means the nth of those that are meant.
func nthOf(n int, meant func(*Event) bool) func(*Event) bool {
	return func(e *Event) bool {
		if meant(e) && !e.Repeated {
			n--
		}
		return n == 0
	}
}
