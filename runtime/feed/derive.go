// Package feed turns changes of the store into events, and keeps the recent ones
// so that a client can go on from where it was.
//
// An event is derived from the changed document alone (it says itself what
// changed it), so every replica derives the same events in the same order, and a
// replica that starts derives the past ones as they were.
package feed

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
)

// Item is one event, encoded once for everybody who gets it.
type Item struct {
	Revision int64
	Type     protocol.EventType
	Audience Audience
	// Data is the event's JSON. It is shared and must not be changed.
	Data []byte
}

// Audience is who an event is for: the subscribers of a list, and agents by
// name.
type Audience struct {
	// List is empty for what concerns members only.
	List string
	// Agents are members, and those whom the event released.
	Agents []string
}

// Derive gives the events of a batch, in order.
func Derive(b store.Batch) ([]Item, error) {
	var items []Item
	// A message is written together with its document, which says who its
	// members are.
	members := map[string]*request.Document{}
	for _, e := range b.Events {
		if e.Deleted {
			continue
		}
		switch {
		case strings.HasPrefix(e.Key, keyspace.Slots), strings.HasPrefix(e.Key, keyspace.ClosedDocs):
			doc := &request.Document{}
			if err := json.Unmarshal(e.Value, doc); err != nil {
				return nil, fmt.Errorf("read %q of revision %d: %w", e.Key, e.Revision, err)
			}
			members[doc.MessageThread()] = doc
			item, ok, err := ofDocument(doc, e.Revision)
			if err != nil {
				return nil, err
			}
			if ok {
				items = append(items, item)
			}
		case strings.HasPrefix(e.Key, keyspace.Messages):
			item, ok, err := ofMessage(e, members)
			if err != nil {
				return nil, err
			}
			if ok {
				items = append(items, item)
			}
		}
	}
	return items, nil
}

// ofDocument says what a document's last change means to a list. A further
// message means nothing to it, in any state (T03 to T05).
func ofDocument(d *request.Document, revision int64) (Item, bool, error) {
	var kind protocol.EventType
	switch d.Last.Kind {
	case request.Receive:
		if d.Version > 1 {
			return Item{}, false, nil
		}
		kind = protocol.EventReceived
	case request.Join:
		kind = protocol.EventStateChanged
		if d.Last.From == request.Active {
			kind = protocol.EventMembersChanged
		}
	default:
		kind = protocol.EventStateChanged
	}
	agents := append([]string(nil), d.Last.Released...)
	for _, m := range d.Members {
		agents = append(agents, m.Agent)
	}
	return encode(Item{Revision: revision, Type: kind, Audience: Audience{List: d.List, Agents: agents}}, protocol.Event{
		Type: kind, List: d.List, Request: protocol.FromDocument(d), RequestID: d.ID, Version: d.Version,
		Actor: d.Last.Actor, Cause: d.Last.Kind, From: d.Last.From, At: d.Last.At,
	})
}

// ofMessage shows a message to the members of its request (T04).
func ofMessage(e store.Event, documents map[string]*request.Document) (Item, bool, error) {
	thread, _ := keyspace.ThreadOfMessage(e.Key)
	d := documents[thread]
	if d == nil || len(d.Members) == 0 {
		return Item{}, false, nil
	}
	m := &request.Message{}
	if err := json.Unmarshal(e.Value, m); err != nil {
		return Item{}, false, fmt.Errorf("read %q of revision %d: %w", e.Key, e.Revision, err)
	}
	agents := make([]string, len(d.Members))
	for i, member := range d.Members {
		agents[i] = member.Agent
	}
	return encode(Item{Revision: e.Revision, Type: protocol.EventMessage, Audience: Audience{Agents: agents}}, protocol.Event{
		Type: protocol.EventMessage, List: d.List, RequestID: d.ID, Version: d.Version, Message: m,
		Actor: m.From, Cause: request.Receive, At: m.At,
	})
}

func encode(item Item, event protocol.Event) (Item, bool, error) {
	data, err := json.Marshal(event)
	if err != nil {
		return Item{}, false, fmt.Errorf("encode event of request %s: %w", event.RequestID, err)
	}
	item.Data = data
	return item, true, nil
}
