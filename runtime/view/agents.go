package view

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/snapshot"
)

// Agent is what the view knows of an agent.
type Agent struct {
	// Seen is the revision that brought Groups about; 0 when the runtime has not
	// met the agent.
	Seen   int64
	Groups []string
	// Subscriptions are by list.
	Subscriptions map[string]Subscription
	// Dismissed is what the agent has dismissed. It is shared: it must not be written
	// to.
	Dismissed keyspace.DismissalRecord
}

// Subscription is an agent's standing with a list.
type Subscription struct {
	keyspace.SubscriptionRecord
	// Since is the revision that brought it about, or that gave the agent access to
	// the list again: events of earlier ones are not the agent's (N1). A repeat does
	// not move it (N2).
	Since int64
}

type agent struct {
	seen          int64
	record        keyspace.AgentRecord
	subscriptions map[string]Subscription
}

func (v *View) agent(name string) *agent {
	a := v.agents[name]
	if a == nil {
		a = &agent{subscriptions: map[string]Subscription{}}
		v.agents[name] = a
	}
	return a
}

func (v *View) putAgent(key string, value []byte, revision int64) error {
	name, ok := keyspace.AgentOf(key)
	if !ok {
		return nil
	}
	var record keyspace.AgentRecord
	if err := json.Unmarshal(value, &record); err != nil {
		return err
	}
	a := v.agent(name)
	a.regain(access(v.config.index, name, a.record.Groups), access(v.config.index, name, record.Groups), revision)
	a.seen, a.record = revision, record
	return nil
}

// adopt takes the snapshot that has been put together at a revision into force.
func (v *View) adopt(revision int64) error {
	before := v.config.index
	if err := v.config.adopt(); err != nil || v.config.index == before {
		return err
	}
	for name, a := range v.agents {
		a.regain(access(before, name, a.record.Groups), access(v.config.index, name, a.record.Groups), revision)
	}
	return nil
}

// regain lets subscriptions to lists that the agent may use again begin anew. A
// replica that has started since does not know of it: it knows what stands and not
// what stood.
func (a *agent) regain(before, now map[string]snapshot.Access, revision int64) {
	for list, s := range a.subscriptions {
		_, had := before[list]
		if _, has := now[list]; has && !had {
			s.Since = revision
			a.subscriptions[list] = s
		}
	}
}

func access(config *snapshot.Index, agent string, groups []string) map[string]snapshot.Access {
	if config == nil {
		return nil
	}
	return config.Access(agent, groups)
}

func (v *View) removeAgent(key string) {
	if name, ok := keyspace.AgentOf(key); ok {
		a := v.agent(name)
		a.seen, a.record = 0, keyspace.AgentRecord{}
	}
}

func (v *View) putSubscription(key string, value []byte, revision int64) error {
	name, list, ok := keyspace.SubscriptionOf(key)
	if !ok {
		return nil
	}
	s := Subscription{Since: revision}
	if err := json.Unmarshal(value, &s.SubscriptionRecord); err != nil {
		return err
	}
	if since := s.SubscriptionRecord.Since; since > 0 {
		s.Since = since // a repeat (N2)
	}
	v.agent(name).subscriptions[list] = s
	v.count(list, name, s.Subscribed)
	return nil
}

func (v *View) removeSubscription(key string) {
	if name, list, ok := keyspace.SubscriptionOf(key); ok {
		delete(v.agent(name).subscriptions, list)
		v.count(list, name, false)
	}
}

func (v *View) count(list, agent string, subscribed bool) {
	if !subscribed {
		delete(v.subscribers[list], agent)
		return
	}
	if v.subscribers[list] == nil {
		v.subscribers[list] = map[string]struct{}{}
	}
	v.subscribers[list][agent] = struct{}{}
}

// Subscribed says whether there is anybody at all to tell of a list's requests: an
// agent who is subscribed to it and may use it (T02).
func (v *View) Subscribed(list string) bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	for name := range v.subscribers[list] {
		if _, may := access(v.config.index, name, v.agents[name].record.Groups)[list]; may {
			return true
		}
	}
	return false
}

// Agent says what the view knows of an agent.
func (v *View) Agent(name string) Agent {
	v.mu.RLock()
	defer v.mu.RUnlock()
	known := Agent{Dismissed: v.dismissals[name].record}
	if a := v.agents[name]; a != nil {
		known.Seen, known.Groups, known.Subscriptions = a.seen, slices.Clone(a.record.Groups), maps.Clone(a.subscriptions)
	}
	return known
}

func (v *View) putCapacity(key string, revision int64) {
	if name, ok := keyspace.AgentOfCapacity(key); ok {
		v.capacities[name] = revision
	}
}

func (v *View) removeCapacity(key string) {
	if name, ok := keyspace.AgentOfCapacity(key); ok {
		delete(v.capacities, name)
	}
}

// Capacity is the revision of the key that fences the joins of an agent, 0 while
// there is none (decision 4).
func (v *View) Capacity(agent string) (revision int64) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.capacities[agent]
}
