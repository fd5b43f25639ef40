package lab

import (
	"time"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/snapshot"
)

// Policy names a list that differs from l1 in one policy, and the channel that
// lands on it.
type Policy string

// The policies. Their lists and channels stand behind the others by name, so that
// those keep their places.
const (
	Grab    Policy = "grab"    // joinPolicy Grab
	Reopen  Policy = "reopen"  // reopenPolicy Reopen
	Realert Policy = "realert" // realertPolicy OnCustomerMessage, after a minute
	Enforce Policy = "enforce" // capacityPolicy Enforce
	Warn    Policy = "warn"    // capacityPolicy Warn
	WrapUp  Policy = "wrapup"  // reasons sale, support and other, the default, within a minute
	// Response has a responseTime of a minute, and its channel a
	// customerActivityTimeout of ten.
	Response Policy = "response"
)

// List is the policy's list.
func (p Policy) List() string { return "list-" + string(p) }

// Channel is the policy's channel, which has a way back to its customers.
func (p Policy) Channel() string { return "web-" + string(p) }

// Erin, Frank and the agents of group "team" are Representatives of every
// policy's list, Gina is an Admin of them by her group. The lists are nobody
// else's.
var (
	Erin  = inbox.Agent{Name: "erin"}
	Frank = inbox.Agent{Name: "frank"}
	Gina  = inbox.Agent{Name: "gina", Groups: []string{"leads"}}
)

// addPolicies adds the lists, channels and agents of the policies.
func addPolicies(
	s *snapshot.Snapshot,
	list func(name string) snapshot.List,
	channel func(name, kind, list string, mode snapshot.RoutingMode) snapshot.Channel,
) {
	var lists []string
	add := func(p Policy, change func(*snapshot.List)) *snapshot.Channel {
		l := list(p.List())
		change(&l)
		c := channel(p.Channel(), "WEB", p.List(), snapshot.RoutingPull)
		c.Outbound = &snapshot.Webhook{URL: "https://connector.example/" + c.Name}
		s.Lists, s.Channels, lists = append(s.Lists, l), append(s.Channels, c), append(lists, l.Name)
		return &s.Channels[len(s.Channels)-1]
	}
	add(Grab, func(l *snapshot.List) { l.JoinPolicy = snapshot.JoinGrab })
	add(Reopen, func(l *snapshot.List) { l.ReopenPolicy = snapshot.ReopenReopen })
	add(Realert, func(l *snapshot.List) {
		l.RealertPolicy, l.RealertAfter = snapshot.RealertOnCustomerMessage, snapshot.Duration(time.Minute)
	})
	add(Enforce, func(l *snapshot.List) { l.CapacityPolicy = snapshot.CapacityEnforce })
	add(Warn, func(l *snapshot.List) { l.CapacityPolicy = snapshot.CapacityWarn })
	add(WrapUp, func(l *snapshot.List) {
		l.WrapUp = &snapshot.WrapUp{
			Reasons: []snapshot.WrapUpReason{{Name: "sale"}, {Name: "support"}, {Name: "other"}}, DefaultReason: "other",
			Timeout: snapshot.Duration(time.Minute),
		}
	})
	response := add(Response, func(l *snapshot.List) { l.ResponseTime = snapshot.Duration(time.Minute) })
	response.CustomerActivityTimeout = snapshot.Duration(10 * time.Minute)

	source := func(name string) snapshot.Source { return snapshot.Source{Name: name, UID: name, Generation: 1} }
	s.Subscriptions = append(s.Subscriptions,
		snapshot.Subscription{
			Source: source("team"), Agents: []string{"erin", "frank"}, Groups: []string{"team"},
			Lists: lists, Role: snapshot.Representative, AutoSubscribe: true,
		},
		snapshot.Subscription{Source: source("team-leads"), Groups: []string{"leads"}, Lists: lists, Role: snapshot.Admin},
	)
}

// MessageOn posts a customer's message on a policy's channel.
func (l *Lab) MessageOn(p Policy, customer, id string) protocol.Receipt {
	l.T.Helper()
	return l.receive(p.Channel(), customer, id)
}
