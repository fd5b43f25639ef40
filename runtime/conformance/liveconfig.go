package conformance

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/pullmode/operator/runtime/protocol"
)

// Live is a list and a channel that one case has to itself, to change them while
// they are in use. Both have its name, and so have the groups of its agents.
type Live struct {
	t    *T
	Name string
	// Channel is the channel as it was applied last.
	Channel List
}

// Live makes a list with these lines in its spec, and its channel; it waits until
// both are served. The case's end deletes them.
func (t *T) Live(spec ...string) *Live {
	l := &Live{t: t, Name: "conformance-live-" + t.Name("list")}
	l.Channel = List{Name: l.Name}
	t.Cleanup(func(ctx context.Context) {
		_ = t.Target.Delete(ctx, slices.Concat(l.list(), l.rest("channels", "subscriptions"))) // what is left disturbs nobody
	})
	t.Apply(slices.Concat(l.list(spec...), l.rest("channels", "subscriptions")))
	t.Eventually("the channel "+l.Name, func() string {
		c := t.Customer(l.Name)
		if _, problem, err := c.call(t.Context, "POST", c.path("sessions", "end"), "", struct{}{}, nil); err != nil || problem != nil {
			return said(problem)
		}
		return ""
	})
	return l
}

// list is the Worklist with these lines in its spec.
func (l *Live) list(spec ...string) []byte {
	return fmt.Appendf(nil, "---\napiVersion: pullmode.io/v1alpha1\nkind: Worklist\nmetadata:\n  name: %s\nspec:\n  displayName: %s\n%s\n",
		l.Name, l.Name, "  "+strings.Join(spec, "\n  "))
}

func (l *Live) rest(names ...string) []byte {
	yaml, err := l.t.Target.Setting.render([]List{l.Channel}, names...)
	if err != nil {
		l.t.Fatalf("%v", err)
	}
	return yaml
}

// Spec changes the list.
func (l *Live) Spec(spec ...string) { l.t.Apply(l.list(spec...)) }

// Delete deletes the list; its channel stays.
func (l *Live) Delete() { l.t.Delete(l.list()) }

// Rechannel changes the channel.
func (l *Live) Rechannel(change func(*List)) {
	change(&l.Channel)
	l.t.Apply(l.rest("channels"))
}

// Unsubscribe deletes the AgentSubscriptions of the list.
func (l *Live) Unsubscribe() { l.t.Delete(l.rest("subscriptions")) }

// Apply puts YAML into force, which the API server has to accept.
func (t *T) Apply(yaml []byte) {
	if err := t.Target.Apply(t.Context, yaml); err != nil {
		t.Fatalf("apply: %v", err)
	}
}

// Delete deletes what the YAML names.
func (t *T) Delete(yaml []byte) {
	if err := t.Target.Delete(t.Context, yaml); err != nil {
		t.Fatalf("delete: %v", err)
	}
}

// lands waits until a new customer's message of a channel opens a request on a list.
func (t *T) lands(channel, list string) {
	t.Eventually("the move of channel "+channel+" to "+list, func() string {
		receipt, problem := t.Customer(channel).Post(t.Name("message"), "where to?")
		if problem != nil {
			return said(problem)
		}
		if receipt.List != list {
			return "it lands on " + receipt.List
		}
		return ""
	})
}

// refuses waits until a new customer's message of a channel is refused.
func (t *T) refuses(channel string, with protocol.ProblemType) (p *protocol.Problem) {
	t.Eventually("the refusal of messages on channel "+channel, func() string {
		_, p = t.Customer(channel).Post(t.Name("message"), "anybody?")
		if !is(p, with) {
			return said(p)
		}
		return ""
	})
	return p
}

// of is a query for one list.
func of(list string) url.Values { return url.Values{"list": {list}} }
