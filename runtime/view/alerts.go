package view

import (
	"encoding/json"
	"maps"

	"github.com/pullmode/operator/runtime/keyspace"
)

// putAlert takes note of when a request's alert was raised. The alert's key and the
// request's come in the same revision, either of them first.
func (v *View) putAlert(key string, revision int64) {
	id, ok := keyspace.RequestOfAlert(key)
	if !ok {
		return
	}
	e := v.byID[id]
	if e == nil {
		v.raised[id] = revision
		return
	}
	raised := *e
	raised.AlertRevision = revision
	v.set(&raised)
}

func (v *View) removeAlert(key string) {
	id, ok := keyspace.RequestOfAlert(key)
	if !ok {
		return
	}
	delete(v.raised, id)
	if e := v.byID[id]; e != nil && e.AlertRevision != 0 {
		silent := *e
		silent.AlertRevision = 0
		v.set(&silent)
	}
}

// dismissal is what an agent has dismissed, and the revision of that.
type dismissal struct {
	record   keyspace.DismissalRecord
	revision int64
}

func (v *View) putDismissal(key string, value []byte, revision int64) error {
	name, ok := keyspace.AgentOfDismissal(key)
	if !ok {
		return nil
	}
	d := dismissal{revision: revision}
	if err := json.Unmarshal(value, &d.record); err != nil {
		return err
	}
	v.dismissals[name] = d
	return nil
}

func (v *View) removeDismissal(key string) {
	if name, ok := keyspace.AgentOfDismissal(key); ok {
		delete(v.dismissals, name)
	}
}

// Dismissals are what an agent has dismissed (N5), to be changed freely, and the
// revision to compare with when it is written again: 0 where there is nothing yet.
func (v *View) Dismissals(agent string) (keyspace.DismissalRecord, int64) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	d := v.dismissals[agent]
	d.record.Some = maps.Clone(d.record.Some)
	return d.record, d.revision
}
