package conformance

import (
	"slices"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// drainCases delete lists that are in use: L1 and L2.
var drainCases = []Case{
	{Rule: "L1", Name: "nothing-new", Needs: []Need{Apply}, Run: func(t *T) {
		l := t.Live()
		d, c := t.Rep(l.Name), t.Customer(l.Name)
		id := c.Open()
		d.Join(id)
		l.Delete()
		p := t.refuses(l.Name, protocol.ProblemListUnavailable)
		t.Check(p.Status == 503 && p.RetryAfter > 0, "it was answered %s, and to come back after %s", said(p), p.RetryAfter)
		c.Again(id)
		t.Check(d.Row(id).State == request.Active, "the open request is %s, having been %s", show(d.Row(id)), d.tale(id))
		elsewhere, from := t.Rep(collab), t.Customer(collab).Open()
		elsewhere.Join(from)
		elsewhere.Refused(from, "transfer", protocol.Target{List: l.Name}, protocol.ProblemListUnavailable)
		var targets protocol.TransferTargets
		elsewhere.Must("GET", "/v1/transfer-targets", nil, &targets)
		t.Check(!slices.ContainsFunc(targets.Lists, func(one protocol.TargetList) bool { return one.Name == l.Name }), "a list that goes away is shown to transfer to")
		d.Close(id)
		_, problem := c.Post(t.Name("message"), "again?")
		t.Check(is(problem, protocol.ProblemListUnavailable), "a message after the close was answered %s", said(problem))
		// The message was not taken: when the list is back, the same one opens.
		lost := t.Name("message")
		_, _ = c.Post(lost, "keep this")
		l.Spec()
		t.Eventually("the list's return", func() string {
			receipt, problem := c.Post(lost, "keep this")
			if problem != nil {
				return said(problem)
			}
			t.Check(receipt.Outcome == request.Opened && !receipt.Duplicate, "the message that was refused is %+v now", receipt)
			return ""
		})
	}},
	{Rule: "L1", Name: "transfer-target", Needs: []Need{Apply}, Run: func(t *T) {
		to := t.Live()
		l := t.Live("deletionPolicy: {type: Transfer, transferTo: " + to.Name + "}")
		c := t.Customer(l.Name)
		c.Open()
		there := t.Rep(to.Name)
		l.Delete()
		t.lands(l.Name, to.Name)
		id := t.Customer(l.Name).Open()
		there.Hears(id, protocol.EventReceived)
	}},
	{Rule: "L2", Name: "drain", Needs: []Need{Apply}, Run: func(t *T) {
		l := t.Live("deletionPolicy: {type: Drain}")
		d, c := t.Rep(l.Name), t.Customer(l.Name)
		id := c.Open()
		from := d.Feed.Len()
		l.Delete()
		t.refuses(l.Name, protocol.ProblemListUnavailable)
		d.Await("the list's going", from, func(e *Event) bool {
			return e.Lists != nil && slices.ContainsFunc(e.Lists.Lists, func(one protocol.List) bool { return one.Name == l.Name && one.Draining })
		})
		t.Check(d.Lists(id, of(l.Name)), "the open request is not listed any more")
		d.Join(id)
		c.Again(id)
		d.Close(id)
		d.Told(id, "received", "ACTIVE", "message", "CLOSED")
	}},
	{Rule: "L2", Name: "drain-until-deadline", Needs: []Need{Apply}, Run: func(t *T) {
		patient, l := t.Live("deletionPolicy: {type: Drain, deadline: 1h}"), t.Live("deletionPolicy: {type: Drain, deadline: 1s}")
		d, c := t.Rep(l.Name, patient.Name), t.Customer(l.Name)
		id, waits := c.Open(), t.Customer(patient.Name).Open()
		d.Join(id)
		patient.Delete() // first: what ends at once would have ended when the other one does
		l.Delete()
		e := d.HearsState(id, request.Closed)
		t.Check(d.Row(waits).State == request.Unread, "with an hour to go it is %s", show(d.Row(waits)))
		t.Check(e.Request.CloseReason == request.ClosedByForce && e.Cause == request.ForceClose, "it closed by %s, reason %s", e.Cause, e.Request.CloseReason)
	}},
	{Rule: "L2", Name: "transfer", Needs: []Need{Apply}, Run: func(t *T) {
		to := t.Live()
		l := t.Live("deletionPolicy: {type: Transfer, transferTo: " + to.Name + "}")
		d, there := t.Rep(l.Name), t.Rep(to.Name)
		unread, active := t.Customer(l.Name), t.Customer(l.Name)
		ids := []string{unread.Open(), active.Open()}
		d.Join(ids[1])
		l.Delete()
		for i, c := range []*Customer{unread, active} {
			e := d.HearsState(ids[i], request.Closed)
			next := e.Request.TransferredTo
			t.Check(e.Request.CloseReason == request.ClosedByTransfer && next != "" && e.Actor.Kind == request.SystemActor, "it closed by %s, reason %s, transferred to %q", e.Actor.Kind, e.Request.CloseReason, next)
			r := there.Hears(next, protocol.EventReceived).Request
			t.Check(r.State == request.Unread && r.TransferredFrom == ids[i] && len(r.Members) == 0, "the other list was told %s", show(r))
			c.Again(next)
			there.Join(next)
		}
	}},
	{Rule: "L2", Name: "close", Needs: []Need{Apply}, Run: func(t *T) {
		l := t.Live("deletionPolicy: {type: Close}")
		d := t.Rep(l.Name)
		ids := []string{t.Customer(l.Name).Open(), t.Customer(l.Name).Open()}
		d.Join(ids[1])
		l.Delete()
		for _, id := range ids {
			e := d.HearsState(id, request.Closed)
			t.Check(e.Request.CloseReason == request.ClosedByForce && len(e.Request.Members) == 0, "it closed as %s, reason %s", show(e.Request), e.Request.CloseReason)
		}
	}},
}
