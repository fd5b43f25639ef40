package conformance

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// rightCases are who may do what: section 4.
var rightCases = []Case{
	{Rule: "S4.1", Name: "access", Run: func(t *T) {
		d, stranger, c := t.Rep(collab), t.Rep(other), t.Customer(collab)
		id := c.Open()
		d.Join(id)
		problem := stranger.Try(http.MethodPut, "/v1/lists/"+collab+"/subscription", nil, nil)
		t.Check(is(problem, protocol.ProblemUnknownList), "a stranger's subscription was answered %s", said(problem))
		for _, name := range []string{"join", "leave", "close"} {
			stranger.Refused(id, name, nil, protocol.ProblemUnknownRequest)
		}
		problem = stranger.Try(http.MethodGet, "/v1/requests?"+of(collab).Encode(), nil, nil)
		t.Check(is(problem, protocol.ProblemUnknownList), "a stranger's look at the list was answered %s", said(problem))
		guest := t.Guest(collab)
		t.Check(guest.Lists(id, of(collab)), "who has access and is not subscribed does not see the row")
		guest.Join(id)
	}},
	{Rule: "S4.1", Name: "invited-from-elsewhere", Run: func(t *T) {
		d, stranger, c := t.Rep(collab), t.Rep(other), t.Customer(collab)
		id := c.Open()
		d.Join(id)
		o := d.Offer(id, "invite", "agent", stranger.Name)
		stranger.HearsOffer(o.ID, request.OfferMade)
		stranger.Answer(o, "accept")
		c.Write("for both of you")
		stranger.Hears(id, protocol.EventMessage)
		// Members without access are let go, one after the other; who was invited stays.
		for range 2 {
			loses := t.Rep(collab)
			loses.Join(id)
			loses.Feed.Drop()
			t.Agent(loses.Name, reps(other)).Connect()
			d.Await("the release of who has lost the access", 0, func(e *Event) bool {
				return e.about(id) && e.Cause == request.Revoke && slices.Contains(e.Released, loses.Name)
			})
		}
		t.Check(member(d.Row(id), stranger.Name) != nil, "who was invited has been let go: %s", show(d.Row(id)))
		stranger.Leave(id)
		t.Check(d.Row(id).State == request.Active && member(d.Row(id), d.Name) != nil, "it is %s", show(d.Row(id)))
	}},
	{Rule: "S4.2", Name: "close-policies", Run: func(t *T) {
		for _, list := range []string{collab, subscribers, admins} {
			in, out, guest, admin := t.Rep(list), t.Rep(list), t.Guest(list), t.Admin(list)
			may := map[*Desk]bool{in: list != admins, out: list == subscribers, guest: false, admin: true}
			for _, d := range []*Desk{in, out, guest, admin} {
				id := t.Customer(list).Open()
				in.Join(id)
				t.Eventually("the request", func() string {
					if d.Row(id) == nil {
						return "it is not there"
					}
					return ""
				})
				if may[d] {
					d.Close(id)
				} else {
					d.Refused(id, "close", nil, protocol.ProblemForbidden)
				}
			}
		}
	}},
	{Rule: "S4.3", Name: "grab", Run: func(t *T) {
		first, second, admin, c := t.Rep(grab), t.Rep(grab), t.Admin(grab), t.Customer(grab)
		id := c.Open()
		admin.Join(id) // keeps nobody from grabbing
		first.Join(id)
		t.grabbed(second.Refused(id, "join", nil, protocol.ProblemGrabbed))
		o := first.Offer(id, "invite", "agent", second.Name)
		second.HearsOffer(o.ID, request.OfferMade)
		second.Answer(o, "accept")
		late := t.Admin(grab)
		t.Check(late.Lists(id, url.Values{}), "an Admin does not see the row")
		late.Join(id)
		admin.Flush()
		t.Check(len(admin.Row(id).Members) == 4, "it is %s", show(admin.Row(id)))
	}},
	{Rule: "S4.4", Name: "admin-removes", Run: func(t *T) {
		owner, rep, admin, c := t.Rep(grab), t.Rep(grab), t.Admin(grab), t.Customer(grab)
		id := c.Open()
		owner.Join(id)
		admin.HearsState(id, request.Active)
		problem := owner.Try(http.MethodDelete, "/v1/requests/"+id+"/members/"+owner.Name, nil, nil)
		t.Check(is(problem, protocol.ProblemForbidden), "a Representative removed a member: %s", said(problem))
		var a protocol.Result
		admin.Must(http.MethodDelete, "/v1/requests/"+id+"/members/"+owner.Name, nil, &a)
		t.Check(a.Outcome == request.Removed && a.Request.State == request.Inactive, "the removal came to %s, %s", a.Outcome, show(a.Request))
		e := owner.Await("the removal", 0, by(id, request.Remove))
		t.Check(e.Actor.Name == admin.Name && slices.Contains(e.Released, owner.Name), "the owner was told %s by %s, released %v", e, e.Actor.Name, e.Released)
		rep.Join(id)
		admin.Close(id)
		rep.HearsState(id, request.Closed)
	}},
	// Alone, so that no change of the configuration has everybody looked at.
	{Rule: "S4.5", Name: "groups-of-the-token", Alone: true, Run: func(t *T) {
		desks, watch, c := t.Reps(3, collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		watch.Join(id)
		for _, d := range desks {
			d.Join(id)
		}
		for _, d := range desks { // one after the other: the release of one shows that the others were looked at
			d.Feed.Drop()
			elsewhere := t.Agent(d.Name, reps(other)) // the same agent, whose token says less now
			elsewhere.Me()
			elsewhere.Connect()
			e := watch.Await("the release of who has lost the access", 0, func(e *Event) bool {
				return e.about(id) && slices.Contains(e.Released, d.Name)
			})
			t.Check(e.Cause == request.Revoke && e.Request.State == request.Active && member(e.Request, d.Name) == nil, "it became %s by %s", show(e.Request), e.Cause)
			elsewhere.Refused(id, "join", nil, protocol.ProblemUnknownRequest)
		}
	}},
	{Rule: "S4.5", Name: "subscription-deleted", Needs: []Need{Apply}, Run: func(t *T) {
		l := t.Live()
		d, c := t.Rep(l.Name), t.Customer(l.Name)
		id := c.Open()
		d.Join(id)
		l.Unsubscribe()
		e := d.Await("the release", 0, by(id, request.Revoke))
		t.Check(e.Request.State == request.Inactive && len(e.Request.Members) == 0, "it became %s", show(e.Request))
	}},
	{Rule: "S4.6", Name: "no-leak", Run: func(t *T) {
		stranger, c := t.Rep(other), t.Customer(collab)
		id := c.Open()
		never := id[:len(id)-4] + "ZZZZ"
		in := t.Rep(collab)
		in.Join(id)
		in.Offer(id, "invite", "list", collab)
		for _, call := range []struct {
			method, path string
			body         any
		}{
			{http.MethodGet, "/v1/requests/%s", nil},
			{http.MethodPost, "/v1/requests/%s/join", struct{}{}},
			{http.MethodPost, "/v1/requests/%s/leave", struct{}{}},
			{http.MethodPost, "/v1/requests/%s/close", struct{}{}},
			{http.MethodPost, "/v1/requests/%s/messages", map[string]string{"text": "hello"}},
			{http.MethodPost, "/v1/requests/%s/transfer", protocol.Target{List: other}},
			{http.MethodPost, "/v1/requests/%s/transfer", protocol.Target{Agent: in.Name}},
			{http.MethodPost, "/v1/requests/%s/invite", protocol.Target{Agent: in.Name}},
			{http.MethodPost, "/v1/requests/%s/wrap-up", protocol.WrapUp{Reasons: []string{"solved"}}},
			{http.MethodDelete, "/v1/requests/%s/members/" + in.Name, nil},
			{http.MethodPost, "/v1/offers/%s-1/accept", struct{}{}},
			{http.MethodPost, "/v1/offers/%s-1/decline", struct{}{}},
			{http.MethodDelete, "/v1/offers/%s-1", nil},
		} {
			t.alike(stranger, call.method, call.path, call.body, id, never)
		}
		t.alike(stranger, http.MethodPut, "/v1/lists/%s/subscription", nil, collab, "no-such-list")
		wrong, missing := *c, *c
		wrong.token, missing.token, missing.Channel = "wrong-key-of-a-channel", "wrong-key-of-a-channel", "no-such-channel"
		_, one := wrong.Post("m", "hello")
		_, two := missing.Post("m", "hello")
		t.Check(is(one, protocol.ProblemInvalidKey) && answerOf(one) == answerOf(two), "a wrong key is answered %s, and no such channel %s", said(one), said(two))
	}},
	{Rule: "S4.7", Name: "enforce", Run: func(t *T) {
		d, also := t.Rep(enforce), t.Rep(enforce)
		ids := []string{t.Customer(enforce).Open(), t.Customer(enforce).Open(), t.Customer(enforce).Open()}
		d.Join(ids[0])
		d.Join(ids[1])
		d.Hears(ids[2], protocol.EventReceived)
		d.Refused(ids[2], "join", nil, protocol.ProblemAtCapacity)
		d.Told(ids[2], "received")
		i := slices.IndexFunc(d.Me().Load, func(l protocol.Load) bool { return l.MediaRoutingDomain == "conformance-scarce" })
		t.Check(i >= 0 && d.Me().Load[i].Joined == 2 && d.Me().Load[i].MaxRequests == 2, "the load is %+v", d.Me().Load)
		also.Join(ids[2])
		d.Leave(ids[0])
		d.Join(ids[2])
	}},
	{Rule: "S4.7", Name: "enforce-at-once", Run: func(t *T) {
		for range rounds {
			d := t.Rep(enforce)
			ids := make([]string, 4)
			for i := range ids {
				ids[i] = t.Customer(enforce).Open()
				d.Hears(ids[i], protocol.EventReceived)
			}
			joined := make([]bool, len(ids))
			t.Together(len(ids), func(i int) {
				_, problem := d.Command(ids[i], "join", t.Name("key"), nil)
				t.Check(problem == nil || is(problem, protocol.ProblemAtCapacity), "a join was answered %s", said(problem))
				joined[i] = problem == nil
			})
			n := 0
			for _, ok := range joined {
				if ok {
					n++
				}
			}
			t.Check(n == 2, "of 4 joins at once %d succeeded, and the limit is 2", n)
		}
	}},
	{Rule: "S4.7", Name: "enforce-an-invitation", Run: func(t *T) {
		host, d := t.Rep(enforce), t.Rep(enforce)
		ids := []string{t.Customer(enforce).Open(), t.Customer(enforce).Open(), t.Customer(enforce).Open()}
		d.Join(ids[0])
		d.Join(ids[1])
		host.Join(ids[2])
		o := host.Offer(ids[2], "invite", "agent", d.Name)
		d.HearsOffer(o.ID, request.OfferMade)
		problem := d.Try(http.MethodPost, "/v1/offers/"+o.ID+"/accept", struct{}{}, nil)
		t.Check(is(problem, protocol.ProblemAtCapacity), "to accept beyond the limit was answered %s", said(problem))
		d.Leave(ids[0])
		r := d.Answer(host.Offer(ids[2], "invite", "agent", d.Name), "accept").Request
		t.Check(len(r.Members) == 2 && member(r, d.Name) != nil, "it is %s", show(r))
	}},
	{Rule: "S4.7", Name: "limit-of-a-subscription", Needs: []Need{Apply}, Run: func(t *T) {
		domain := t.domain(3)
		l := t.Live("capacityPolicy: Enforce")
		scarce, group := t.channelOf(l, domain), l.Name+"-novices"
		novices := fmt.Appendf(nil, "---\napiVersion: pullmode.io/v1alpha1\nkind: AgentSubscription\nmetadata:\n  name: %s\nspec:\n  groups: [%s]\n  lists:\n    names: [%s]\n  capacity:\n  - mediaRoutingDomain: %s\n    maxRequests: 1\n", group, group, l.Name, domain)
		t.Cleanup(func(ctx context.Context) { _ = t.Target.Delete(ctx, novices) })
		t.Apply(novices)
		d := t.seated(func(string) string { return group }, []string{l.Name})
		one, two := t.Customer(scarce).Open(), t.Customer(scarce).Open()
		d.Join(one)
		d.Hears(two, protocol.EventReceived)
		d.Refused(two, "join", nil, protocol.ProblemAtCapacity)
		t.Rep(l.Name).Join(two)
	}},
	{Rule: "S4.7", Name: "warn", Run: func(t *T) {
		d := t.Rep(warn)
		for n := range 3 {
			a := d.Join(t.Customer(warn).Open())
			t.Check(slices.Contains(a.Warnings, protocol.OverCapacity) == (n == 2), "join %d of 2 warns of %v", n+1, a.Warnings)
		}
	}},
}

// alike holds two calls to the same answer: what is there and foreign, and what is
// not there.
func (t *T) alike(d *Desk, method, path string, body any, foreign, never string) {
	ask := func(name string) answered {
		p := d.Try(method, strings.ReplaceAll(path, "%s", name), body, nil)
		t.Check(p != nil, "%s %s of a stranger succeeded", method, path)
		a := answerOf(p)
		a.detail = strings.ReplaceAll(a.detail, name, "NAME")
		return a
	}
	one, two := ask(foreign), ask(never)
	t.Check(one == two, "%s %s tells what is foreign (%v) from what is not there (%v)", method, path, one, two)
}

// answered is what of a problem may not tell two callers apart.
type answered struct {
	kind          protocol.ProblemType
	title, detail string
	status        int
}

func answerOf(p *protocol.Problem) answered {
	if p == nil {
		return answered{}
	}
	return answered{p.Type, p.Title, p.Detail, p.Status}
}
