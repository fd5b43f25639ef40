package command

import (
	"math"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// count tells the rules how many requests of the domain the agent has, and may
// have (decision 4). Where that is enforced, a fence keeps two joins of the agent at
// once from passing the limit together: each is counted by the other, or loses.
func (x *Executor) count(t *turn, box *inbox.Inbox, agent inbox.Agent) {
	t.env.Limit = math.MaxInt
	domain := t.config.Domain(t.doc.ChannelType)
	if domain == nil {
		return
	}
	enforced := t.env.List != nil && t.env.List.CapacityPolicy == snapshot.CapacityEnforce
	if enforced {
		// The fence first: what it lets pass is counted then.
		key := keyspace.Capacity(agent.Name)
		t.fences = append(t.fences, store.Compare{Key: key, Revision: x.View.Capacity(agent.Name)})
		t.extra = append(t.extra, put(key, t.doc.ID))
	}
	t.env.Held, t.env.Limit = box.Held(domain), int(t.config.Limit(domain, agent.Name, agent.Groups))
}
