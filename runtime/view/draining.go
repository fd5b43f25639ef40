package view

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/pullmode/operator/runtime/keyspace"
)

func (v *View) putDraining(key string, value []byte) error {
	list, ok := keyspace.ListOfDraining(key)
	if !ok {
		return nil
	}
	var record keyspace.DrainingRecord
	if err := json.Unmarshal(value, &record); err != nil {
		return err
	}
	v.draining[list] = record.Since
	return nil
}

func (v *View) removeDraining(key string) {
	if list, ok := keyspace.ListOfDraining(key); ok {
		delete(v.draining, list)
	}
}

// Draining is since when a deleted list has been draining (L2); ok is false while it
// is not known to.
func (v *View) Draining(list string) (since time.Time, ok bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	since, ok = v.draining[list]
	return since, ok
}

// DrainingLists names the lists of which that is known, in order.
func (v *View) DrainingLists() []string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return slices.Sorted(maps.Keys(v.draining))
}
