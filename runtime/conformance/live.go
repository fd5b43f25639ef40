package conformance

import (
	"context"
	"fmt"

	"slices"
	"strings"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// liveCases change the configuration while it is in use: L3 to L10. A change that
// is in force is known by what it does.
var liveCases = []Case{
	{Rule: "L3", Name: "channel-moves", Needs: []Need{Apply}, Run: func(t *T) {
		from, to := t.Live(), t.Live()
		d, there, c := t.Rep(from.Name), t.Rep(to.Name), t.Customer(from.Name)
		id := c.Open()
		d.Hears(id, protocol.EventReceived)
		from.Rechannel(func(c *List) { c.On = to.Name })
		t.lands(from.Name, to.Name)
		c.Again(id)
		t.Check(d.Row(id).List == from.Name && d.Lists(id, of(from.Name)), "the open request is on %s", d.Row(id).List)
		d.Join(id)
		d.Close(id)
		next := c.Write("One more thing.")
		t.Check(next.Outcome == request.Opened && next.List == to.Name, "the next request landed on %s", next.List)
		there.Hears(next.Request, protocol.EventReceived)
		d.Told(id, "received", "ACTIVE", "CLOSED")
	}},
	{Rule: "L4", Name: "channel-no-longer-pull", Needs: []Need{Apply}, Run: func(t *T) {
		l := t.Live()
		d, c := t.Rep(l.Name), t.Customer(l.Name)
		id := c.Open()
		d.Join(id)
		l.Rechannel(func(c *List) { c.RoutingMode = "Push" })
		t.refuses(l.Name, protocol.ProblemNotPull)
		c.Again(id)
		d.Await("the message of the open request", 0, func(e *Event) bool { return e.about(id) && e.Message != nil })
		d.Close(id)
	}},
	{Rule: "L4", Name: "channel-deleted", Needs: []Need{Apply, Receive}, Run: func(t *T) {
		l := t.Live()
		d, c := t.Rep(l.Name), t.Customer(l.Name)
		id := c.Open()
		d.Join(id)
		t.Delete(l.rest("channels"))
		t.refuses(l.Name, protocol.ProblemInvalidKey)
		t.Check(d.Row(id).State == request.Active, "the open request is %s", show(d.Row(id)))
		a := d.Say(id, "Can you hear me?")
		e := d.Await("the failure of the message", 0, func(e *Event) bool {
			return e.about(id) && e.Message != nil && e.Message.Delivery == request.DeliveryFailedFinally
		})
		t.Check(a.Message != nil && e.Message.ID == a.Message.ID && e.Message.Failure != "", "the failure is of %+v, and %+v was sent", e.Message, a.Message)
		d.Close(id)
	}},
	{Rule: "L5", Name: "collaboration-to-grab-and-back", Needs: []Need{Apply}, Run: func(t *T) {
		l := t.Live("joinPolicy: Collaboration")
		in, also, out, c := t.Rep(l.Name), t.Rep(l.Name), t.Rep(l.Name), t.Customer(l.Name)
		id := c.Open()
		in.Join(id)
		also.Join(id)
		l.Spec("joinPolicy: Grab")
		t.Eventually("the refusal of a further Representative", func() string {
			_, problem := out.Command(id, "join", t.Name("key"), nil)
			if !is(problem, protocol.ProblemGrabbed) {
				_, _ = out.Command(id, "leave", t.Name("key"), nil)
				return said(problem)
			}
			return ""
		})
		r := in.Row(id)
		t.Check(member(r, in.Name) != nil && member(r, also.Name) != nil && r.State == request.Active, "it is %s", show(r))
		l.Spec("joinPolicy: Collaboration")
		t.Eventually("the list's being open to all again", func() string {
			_, problem := out.Command(id, "join", t.Name("key"), nil)
			if problem != nil {
				return said(problem)
			}
			return ""
		})
		t.Check(len(out.Row(id).Members) == 3, "it is %s", show(out.Row(id)))
	}},
	{Rule: "L5", Name: "grab-to-collaboration", Needs: []Need{Apply}, Run: func(t *T) {
		l := t.Live("joinPolicy: Grab")
		owner, out, c := t.Rep(l.Name), t.Rep(l.Name), t.Customer(l.Name)
		id := c.Open()
		owner.Join(id)
		out.Hears(id, protocol.EventRemoved)
		from := out.Feed.Len()
		l.Spec("joinPolicy: Collaboration")
		out.Await("a snapshot with what was out of sight", from, inSnapshot(id))
		r := out.Join(id).Request
		t.Check(len(r.Members) == 2 && member(r, owner.Name) != nil, "it is %s", show(r))
	}},
	{Rule: "L6", Name: "lower-limit", Needs: []Need{Apply}, Run: func(t *T) {
		domain := t.domain(3)
		l := t.Live("capacityPolicy: Enforce")
		scarce := t.channelOf(l, domain)
		d := t.Rep(l.Name)
		ids := []string{t.Customer(scarce).Open(), t.Customer(scarce).Open(), t.Customer(scarce).Open(), t.Customer(scarce).Open()}
		for _, id := range ids[:2] {
			d.Join(id)
		}
		t.limit(domain, 1)
		t.Eventually("the lower limit", func() string {
			i := slices.IndexFunc(d.Me().Load, func(l protocol.Load) bool { return l.MediaRoutingDomain == domain })
			if d.Me().Load[i].MaxRequests != 1 {
				return fmt.Sprint("it is ", d.Me().Load[i].MaxRequests)
			}
			return ""
		})
		for _, id := range ids[:2] {
			t.Check(member(d.Row(id), d.Name) != nil, "a request was taken away: %s", show(d.Row(id)))
		}
		d.Refused(ids[2], "join", nil, protocol.ProblemAtCapacity)
		d.Leave(ids[0])
		d.Refused(ids[2], "join", nil, protocol.ProblemAtCapacity)
		d.Leave(ids[1])
		d.Join(ids[2])
	}},
	{Rule: "L7", Name: "subscription-deleted", Needs: []Need{Apply}, Run: func(t *T) {
		l := t.Live()
		d := t.Agent(t.Name("agent"), reps(l.Name), guests(l.Name)) // two ways to the list
		d.Connect()
		c := t.Customer(l.Name)
		id := c.Open()
		d.Join(id)
		from := d.Feed.Len()
		t.Delete(fmt.Appendf(nil, "---\napiVersion: pullmode.io/v1alpha1\nkind: AgentSubscription\nmetadata:\n  name: %s\n", reps(l.Name)))
		_ = from
		t.Check(d.Row(id) != nil && member(d.Row(id), d.Name) != nil, "the membership ended although the access did not: %s", show(d.Row(id)))
		watch := t.Guest(l.Name)
		watch.Subscribe(l.Name)
		l.Unsubscribe()
		d.Await("the lists without the one that went", from, func(e *Event) bool {
			return e.Lists != nil && !slices.ContainsFunc(e.Lists.Lists, func(one protocol.List) bool { return one.Name == l.Name })
		})
		d.Await("the end of the membership", from, by(id, request.Revoke))
		unheard := t.Customer(l.Name).Open()
		d.Told(unheard)
		t.Check(!slices.Contains(d.alerts(), unheard), "an alert of the list stands")
	}},
	{Rule: "L8", Name: "display-name", Needs: []Need{Apply}, Run: func(t *T) {
		l := t.Live()
		d, c := t.Rep(l.Name), t.Customer(l.Name)
		id := c.Open()
		d.Join(id)
		from := d.Feed.Len()
		t.Apply([]byte(strings.Replace(string(l.list()), "displayName: "+l.Name, "displayName: Renamed", 1)))
		d.Await("the lists with the new name", from, func(e *Event) bool {
			return e.Lists != nil && slices.ContainsFunc(e.Lists.Lists, func(one protocol.List) bool { return one.Name == l.Name && one.DisplayName == "Renamed" })
		})
		t.Check(d.Row(id).List == l.Name && d.Row(id).Version == 2, "the request is on %s, %s", d.Row(id).List, show(d.Row(id)))
		c.Again(id)
		d.Told(id, "received", "ACTIVE", "message")
	}},
	{Rule: "L9", Name: "invalid", Needs: []Need{Apply}, Run: func(t *T) {
		l := t.Live("attention: {soonAfter: 1s, overdueAfter: 2s}")
		d, c := t.Rep(l.Name), t.Customer(l.Name)
		id := c.Open()
		d.Hears(id, protocol.EventReceived)
		// Two things at once, of which one cannot be: neither may take effect.
		err := t.Target.Apply(t.Context, l.list("joinPolicy: Grab", "attention: {soonAfter: 2h, overdueAfter: 1h}"))
		t.Check(err != nil, "a list that is overdue before it is due soon was accepted")
		// A change behind it, that is in force, shows that nothing is still to come.
		second := t.Live()
		t.Check(second.Name != l.Name, "the names are alike")
		d.becomes(id, request.Overdue, nil)
		also := t.Rep(l.Name)
		d.Join(id)
		also.Join(id)
	}},
	{Rule: "L9", Name: "wrong-channel", Needs: []Need{Apply}, Run: func(t *T) {
		holder := t.Live()
		for _, wrong := range []func(*List){
			func(c *List) { c.On = "no-such-list" },
			func(c *List) { c.ServiceIdentifier = holder.Name }, // which is another channel's
		} {
			l := t.Live()
			l.Rechannel(wrong)
			t.Live() // a change behind it, that is in force, shows that it was looked at
			receipt := t.Customer(l.Name).Write("still there?")
			t.Check(receipt.Outcome == request.Opened && receipt.List == l.Name, "a channel that became wrong takes messages as %+v, and should be served as it was", receipt)
		}
	}},
	{Rule: "L10", Name: "same-identifier", Needs: []Need{Apply}, Run: func(t *T) {
		first := t.Live()
		twin := List{Name: first.Name + "-2", On: first.Name, ServiceIdentifier: first.Name}
		yaml, err := t.Target.Setting.render([]List{twin}, "channels")
		t.Check(err == nil, "%v", err)
		t.Apply(yaml)
		defer t.Delete(yaml)
		// A change behind it, that is in force, shows that it was looked at.
		t.Live()
		c := t.Customer(twin.Name)
		_, problem := c.Post(t.Name("message"), "hello")
		t.Check(is(problem, protocol.ProblemInvalidKey), "the second channel of one identifier was answered %s", said(problem))
		t.Customer(first.Name).Open()
	}},
}

// domain makes a domain with a channel type of its own, of which an agent may hold
// some.
func (t *T) domain(limit int) string {
	name := "conformance-live-" + t.Name("domain")
	t.limit(name, limit)
	t.Cleanup(func(ctx context.Context) { _ = t.Target.Delete(ctx, domainOf(name, limit)) })
	return name
}

func (t *T) limit(domain string, limit int) { t.Apply(domainOf(domain, limit)) }

func domainOf(name string, limit int) []byte {
	return fmt.Appendf(nil, "---\napiVersion: pullmode.io/v1alpha1\nkind: MediaRoutingDomain\nmetadata:\n  name: %s\nspec:\n  displayName: Live\n  maxRequests: %d\n  channelTypes: [%s]\n", name, limit, typeOf(name))
}

// typeOf is a channel type that belongs to a domain alone: at most 32 letters.
func typeOf(domain string) string {
	return "LIVE_" + strings.ToUpper(strings.ReplaceAll(domain[len(domain)-12:], "-", "_"))
}

// channelOf makes a further channel on a list, of a domain's type.
func (t *T) channelOf(l *Live, domain string) string {
	c := List{Name: l.Name + "-c", On: l.Name, ChannelType: typeOf(domain)}
	yaml, err := t.Target.Setting.render([]List{c}, "channels")
	t.Check(err == nil, "%v", err)
	t.Cleanup(func(ctx context.Context) { _ = t.Target.Delete(ctx, yaml) })
	t.Apply(yaml)
	t.lands(c.Name, l.Name)
	return c.Name
}
