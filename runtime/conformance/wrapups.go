package conformance

import (
	"net/http"
	"slices"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// wrapUpCases are what agents say when they have done: T33.
var wrapUpCases = []Case{
	{Rule: "T33", Name: "in-time", Run: func(t *T) {
		d, watch, c := t.Rep(wrapupSlow), t.Rep(wrapupSlow), t.Customer(wrapupSlow)
		id := c.Open()
		waiting := d.Join(id).Request.WaitingSince
		left := d.Leave(id)
		t.Check(left.Request.WrapUp != nil && left.Request.WrapUp.AppliedAt == nil, "the leave does not say that a wrap-up is awaited")
		a := d.Does(id, "wrap-up", protocol.WrapUp{Reasons: []string{"solved"}, Note: "all is well"}, string(request.WrappedUp))
		w := a.Request.WrapUp
		t.Check(w != nil && w.AppliedAt != nil && slices.Equal(w.Reasons, []string{"solved"}) && !w.ByTimer, "the wrap-up is %+v", w)
		t.Check(a.Request.State == request.Inactive && a.Request.WaitingSince != nil && waiting != nil && a.Request.WaitingSince.Equal(*waiting), "the wrap-up left %s, waiting since %v", show(a.Request), a.Request.WaitingSince)
		d.Refused(id, "wrap-up", protocol.WrapUp{Reasons: []string{"solved"}}, protocol.ProblemWrapUpOver)
		watch.Told(id, "received", "ACTIVE", "INACTIVE")
	}},
	{Rule: "T33", Name: "after-close", Run: func(t *T) {
		d, c := t.Rep(wrapupSlow), t.Customer(wrapupSlow)
		id := c.Open()
		d.Join(id)
		c.End()
		d.HearsState(id, request.Closed)
		a := d.Does(id, "wrap-up", protocol.WrapUp{Reasons: []string{"solved", "unknown"}}, string(request.WrappedUp))
		t.Check(a.Request.State == request.Closed && len(a.Request.WrapUp.Reasons) == 2, "it left %s, %+v", show(a.Request), a.Request.WrapUp)
	}},
	{Rule: "T33", Name: "whoever-goes", Run: func(t *T) {
		admin := t.Admin(wrapupSlow)
		for how, goes := range map[string]func(*Desk, string){
			"a transfer": func(d *Desk, id string) { d.Does(id, "transfer", protocol.Target{List: other}, "transferred") },
			"a logout":   func(d *Desk, _ string) { d.Must(http.MethodPost, "/v1/logout", struct{}{}, nil) },
			"a removal": func(d *Desk, id string) {
				admin.HearsState(id, request.Active)
				admin.Must(http.MethodDelete, "/v1/requests/"+id+"/members/"+d.Name, nil, nil)
			},
		} {
			d, id := t.Rep(wrapupSlow), t.Customer(wrapupSlow).Open()
			d.Join(id)
			goes(d, id)
			d.Await("the end of their membership", 0, func(e *Event) bool { return e.about(id) && slices.Contains(e.Released, d.Name) })
			w := d.Row(id).WrapUp
			t.Check(w != nil && w.AppliedAt == nil, "after %s no wrap-up is awaited: %+v", how, w)
			d.Does(id, "wrap-up", protocol.WrapUp{Reasons: []string{"solved"}}, string(request.WrappedUp))
		}
	}},
	{Rule: "T33", Name: "while-active", Run: func(t *T) {
		d, stranger, c := t.Rep(wrapupSlow), t.Rep(wrapupSlow), t.Customer(wrapupSlow)
		id := c.Open()
		d.Join(id)
		d.Does(id, "wrap-up", protocol.WrapUp{Reasons: []string{"solved"}}, string(request.WrappedUp))
		left := d.Leave(id)
		t.Check(left.Request.WrapUp != nil && left.Request.WrapUp.AppliedAt != nil, "a wrap-up that was given is awaited again: %+v", left.Request.WrapUp)
		stranger.Refused(id, "wrap-up", protocol.WrapUp{Reasons: []string{"solved"}}, protocol.ProblemNotAMember)
	}},
	{Rule: "T33", Name: "default-by-timer", Run: func(t *T) {
		d, watch, c := t.Rep(wrapup), t.Rep(wrapup), t.Customer(wrapup)
		id := c.Open()
		d.Join(id)
		d.Leave(id)
		t.Eventually("the default reason", func() string {
			w := d.Row(id).WrapUp
			if w == nil || w.AppliedAt == nil {
				return "the wrap-up is still awaited"
			}
			t.Check(w.ByTimer && slices.Equal(w.Reasons, []string{"unknown"}), "the wrap-up is %+v", w)
			return ""
		})
		d.Refused(id, "wrap-up", protocol.WrapUp{Reasons: []string{"solved"}}, protocol.ProblemWrapUpOver)
		t.Check(d.Row(id).State == request.Inactive, "the timer left %s", show(d.Row(id)))
		watch.Told(id, "received", "ACTIVE", "INACTIVE")
	}},
	{Rule: "T33", Name: "what-may-be-chosen", Run: func(t *T) {
		d, plain := t.Rep(wrapup), t.Rep(collab)
		id, none := t.Customer(wrapup).Open(), t.Customer(collab).Open()
		d.Join(id)
		for _, reasons := range [][]string{{}, {"no-such-reason"}, {"solved", "solved"}, {"solved", "sold", "spam", "called", "wrote", "unknown"}} {
			d.Refused(id, "wrap-up", protocol.WrapUp{Reasons: reasons}, protocol.ProblemInvalid)
		}
		d.Does(id, "wrap-up", protocol.WrapUp{Reasons: []string{"solved", "sold", "spam", "called", "wrote"}}, string(request.WrappedUp))
		plain.Join(none)
		plain.Refused(none, "wrap-up", protocol.WrapUp{Reasons: []string{"solved"}}, protocol.ProblemNoWrapUp)
	}},
}
