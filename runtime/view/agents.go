package view

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/pullmode/operator/runtime/keyspace"
)

// Agent is what the view knows of an agent.
type Agent struct {
	// Seen is the revision that brought Groups about; 0 when the runtime has not
	// met the agent.
	Seen   int64
	Groups []string
	// Subscriptions are by list.
	Subscriptions map[string]Subscription
}

// Subscription is an agent's standing with a list.
type Subscription struct {
	keyspace.SubscriptionRecord
	// Since is the revision that brought it about: events of earlier ones are
	// not the agent's (N1).
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
	a := v.agent(name)
	a.seen = revision
	a.record = keyspace.AgentRecord{}
	return json.Unmarshal(value, &a.record)
}

func (v *View) removeAgent(key string) {
	if name, ok := keyspace.AgentOf(key); ok {
		delete(v.agents, name)
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
	v.agent(name).subscriptions[list] = s
	return nil
}

func (v *View) removeSubscription(key string) {
	if name, list, ok := keyspace.SubscriptionOf(key); ok {
		delete(v.agent(name).subscriptions, list)
	}
}

// Agent says what the view knows of an agent.
func (v *View) Agent(name string) Agent {
	v.mu.RLock()
	defer v.mu.RUnlock()
	a := v.agents[name]
	if a == nil {
		return Agent{}
	}
	return Agent{Seen: a.seen, Groups: slices.Clone(a.record.Groups), Subscriptions: maps.Clone(a.subscriptions)}
}
