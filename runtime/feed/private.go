package feed

import (
	"encoding/json"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
)

// message shows a message to the members of its request (T04): a new one, or one
// that did not reach the customer.
func (d *derivation) message(e store.Event) error {
	thread, _ := keyspace.ThreadOfMessage(e.Key)
	doc := d.threads[thread]
	if doc == nil || len(doc.Members) == 0 {
		return nil
	}
	m := &request.Message{}
	if err := json.Unmarshal(e.Value, m); err != nil {
		return err
	}
	d.at = doc.Last.At
	event := eventOf(doc, protocol.EventMessage)
	event.Request, event.From, event.Message = nil, "", m
	return d.add(Audience{Agents: doc.Agents()}, event.Type, event)
}

// dismissal tells an agent's other devices what the agent has dismissed (N5).
func (d *derivation) dismissal(e store.Event) error {
	agent, ok := keyspace.AgentOfDismissal(e.Key)
	if !ok {
		return nil
	}
	var record keyspace.DismissalRecord
	if err := json.Unmarshal(e.Value, &record); err != nil {
		return err
	}
	const kind = protocol.EventAlertWithdrawn
	return d.add(Audience{Agents: []string{agent}}, kind, protocol.AlertWithdrawn{Type: kind, Request: record.Last, All: record.Last == ""})
}

// presence tells the members of a request whether its customer is there.
func (d *derivation) presence(e store.Event) error {
	_, customer, ok := keyspace.CustomerOf(e.Key)
	if !ok {
		return nil
	}
	var record keyspace.CustomerRecord
	if err := json.Unmarshal(e.Value, &record); err != nil {
		return err
	}
	if len(record.Members) == 0 {
		return nil
	}
	const kind = protocol.EventPresence
	return d.add(Audience{Agents: record.Members}, kind, protocol.Event{
		Type: kind, RequestID: record.Request, At: record.At,
		Actor:    request.Actor{Kind: request.CustomerActor, Name: customer},
		Presence: &protocol.Presence{Online: record.Online, LastActiveAt: record.LastActiveAt, Location: record.Location, At: record.At},
	})
}
