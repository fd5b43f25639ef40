package view

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/pullmode/operator/runtime/keyspace"
)

func (v *View) putPresence(key string) {
	agent, replica, ok := keyspace.PresenceOf(key)
	if !ok {
		return
	}
	if v.present[agent] == nil {
		v.present[agent] = map[string]struct{}{}
	}
	v.present[agent][replica] = struct{}{}
}

func (v *View) removePresence(key string) {
	if agent, replica, ok := keyspace.PresenceOf(key); ok {
		delete(v.present[agent], replica)
		if len(v.present[agent]) == 0 {
			delete(v.present, agent)
		}
	}
}

// Present says whether an agent has a connection, at whichever replica (T25, T30).
func (v *View) Present(agent string) bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return len(v.present[agent]) > 0
}

// PresentAgents names the agents who have one, in order.
func (v *View) PresentAgents() []string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return slices.Sorted(maps.Keys(v.present))
}

// place is what the keys of a request and of its customer end in alike.
func place(key, prefix string) string { return strings.TrimPrefix(key, prefix) }

func (v *View) putCustomer(key string, value []byte) error {
	record := &keyspace.CustomerRecord{}
	if err := json.Unmarshal(value, record); err != nil {
		return err
	}
	v.customers[place(key, keyspace.Customers)] = record
	return nil
}

func (v *View) removeCustomer(key string) { delete(v.customers, place(key, keyspace.Customers)) }

// Customer is whether a customer is there, nil where nobody has said. It is shared:
// it must not be written to.
func (v *View) Customer(channel, customer string) *keyspace.CustomerRecord {
	key := place(keyspace.Customer(channel, customer), keyspace.Customers)
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.customers[key]
}
