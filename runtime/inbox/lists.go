package inbox

import (
	"maps"
	"slices"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// Lists are the lists that there are for the agent, by name.
func (b *Inbox) Lists() []protocol.List {
	lists := make([]protocol.List, 0, len(b.access))
	for _, name := range slices.Sorted(maps.Keys(b.access)) {
		l := b.config.List(name)
		_, subscribed := b.Subscribed(name)
		counts := b.view.Counts(name)
		shown := protocol.List{
			Name: name, DisplayName: l.DisplayName, Description: l.Description,
			Role: b.access[name].Role, ClosePolicy: l.ClosePolicy, JoinPolicy: snapshot.JoinCollaboration, WrapUp: l.WrapUp,
			Attention:  protocol.Thresholds{SoonAfterSeconds: l.SoonAfter.D().Seconds(), OverdueAfterSeconds: l.OverdueAfter.D().Seconds()},
			Subscribed: subscribed, Draining: l.Draining,
			Counts: &protocol.Counts{Unread: counts[request.Unread], Active: counts[request.Active], Inactive: counts[request.Inactive]},
		}
		if l.Grab() {
			shown.JoinPolicy = snapshot.JoinGrab
		}
		lists = append(lists, shown)
	}
	return lists
}

// Me is who the agent is to the runtime, and what they hold.
func (b *Inbox) Me() protocol.Me {
	me := protocol.Me{Agent: b.agent.Name, Groups: b.agent.Groups, Lists: b.Lists(), Load: []protocol.Load{}}
	if me.Groups == nil {
		me.Groups = []string{}
	}
	if b.config == nil {
		return me
	}
	held := b.held()
	for i := range b.config.MediaRoutingDomains {
		domain := &b.config.MediaRoutingDomains[i]
		me.Load = append(me.Load, protocol.Load{
			MediaRoutingDomain: domain.Name, DisplayName: domain.DisplayName,
			Joined: held[domain.Name], MaxRequests: b.config.Limit(domain, b.agent.Name, b.agent.Groups),
		})
	}
	return me
}

// Held is how many open requests of a domain the agent has joined, on whatever
// lists; 0 of none (decision 4).
func (b *Inbox) Held(domain *snapshot.MediaRoutingDomain) (held int) {
	if domain == nil {
		return 0
	}
	return b.held()[domain.Name]
}

// held counts by the domain that a request's channel type belongs to now (L6).
func (b *Inbox) held() map[string]int {
	held := map[string]int{}
	if b.config == nil {
		return held
	}
	for _, d := range b.view.Joined(b.agent.Name) {
		if domain := b.config.Domain(d.ChannelType); domain != nil {
			held[domain.Name]++
		}
	}
	return held
}
