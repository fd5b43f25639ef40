// Package inbox is what one agent sees of a replica's view: the lists that the
// snapshot and the agent's groups give them, and the requests on those.
package inbox

import (
	"maps"
	"slices"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/view"
)

// Agent is who asks, as their token says.
type Agent struct {
	Name   string
	Groups []string
}

// Inbox is the view through one agent's eyes, at the moment of Of.
type Inbox struct {
	agent  Agent
	view   *view.View
	config *snapshot.Index
	access map[string]snapshot.Access
	known  view.Agent
	// revision: what is seen here is of it or newer.
	revision int64
}

// Of looks at the view as an agent. Without a snapshot in force nobody sees
// anything.
func Of(v *view.View, agent Agent) *Inbox {
	b := &Inbox{agent: agent, view: v, revision: v.Revision()} // the revision first
	b.config, b.known = v.Config(), v.Agent(agent.Name)
	if b.config != nil {
		b.access = b.config.Access(agent.Name, agent.Groups)
		maps.DeleteFunc(b.access, func(list string, _ snapshot.Access) bool { return b.config.List(list) == nil })
	}
	return b
}

// Access says what the agent may do on a list; ok is false where nothing, and
// then the list does not exist for them.
func (b *Inbox) Access(list string) (access snapshot.Access, ok bool) {
	access, ok = b.access[list]
	return access, ok
}

// Subscribed says whether the list's events are the agent's, and since which
// revision (N1).
func (b *Inbox) Subscribed(list string) (since int64, ok bool) {
	_, may := b.access[list]
	s := b.known.Subscriptions[list]
	return s.Since, may && s.Subscribed
}

// Missing are the lists that the agent is to be subscribed to on sight and has
// no standing with yet.
func (b *Inbox) Missing() []string {
	var lists []string
	for list, access := range b.access {
		if _, stands := b.known.Subscriptions[list]; access.AutoSubscribe && !stands {
			lists = append(lists, list)
		}
	}
	slices.Sort(lists)
	return lists
}

// Current says whether the store knows the agent with the groups of their token.
func (b *Inbox) Current() bool {
	return b.known.Seen > 0 && slices.Equal(b.known.Groups, b.agent.Groups)
}

// ChangedSince says whether what the agent is subscribed to may be different from
// what it was at a revision.
func (b *Inbox) ChangedSince(revision int64) bool {
	if b.known.Seen > revision {
		return true
	}
	for _, s := range b.known.Subscriptions {
		if s.Since > revision {
			return true
		}
	}
	return false
}

// Cursor is the place in the feed from which on it tells everything that is not
// seen here: the revision of Of. What is newer and seen all the same comes again.
func (b *Inbox) Cursor() string {
	return protocol.Cursor{History: b.view.History(), Revision: b.revision}.String()
}

// JoinedElsewhere are the open requests that the agent is a member of on other
// lists than these.
func (b *Inbox) JoinedElsewhere(lists []string) []*request.Document {
	return slices.DeleteFunc(b.view.Joined(b.agent.Name), func(d *request.Document) bool {
		return slices.Contains(lists, d.List)
	})
}

// SubscribedLists names the lists whose events are the agent's, in order.
func (b *Inbox) SubscribedLists() []string {
	var lists []string
	for _, name := range slices.Sorted(maps.Keys(b.access)) {
		if _, ok := b.Subscribed(name); ok {
			lists = append(lists, name)
		}
	}
	return lists
}
