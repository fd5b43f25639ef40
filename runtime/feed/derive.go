// Package feed turns changes of the store into events, and keeps the recent ones
// so that a client can go on from where it was.
//
// An event is derived from the changed record alone (it says itself what changed
// it), so every replica derives the same events in the same order, and a replica
// that starts derives the past ones as they were.
package feed

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

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
	// At is when the command was decided that this came of; zero where it is of none.
	At time.Time
	// Twin says that the item before it tells the same to another audience: the two
	// count as one event.
	Twin bool
}

// Derive gives the events of a batch, in order.
//
// Errors: a record cannot be read. Who skipped it would tell agents less than is
// true.
func Derive(b store.Batch) ([]Item, error) {
	d := derivation{threads: map[string]*request.Document{}}
	for _, e := range b.Events {
		if e.Deleted {
			continue
		}
		if err := d.take(e); err != nil {
			return nil, fmt.Errorf("derive the events of %q of revision %d: %w", e.Key, e.Revision, err)
		}
	}
	return d.items, nil
}

// derivation is a batch on its way to its events.
type derivation struct {
	items    []Item
	revision int64
	at       time.Time // Item.At of what is derived now
	// threads are the documents of the batch by where their messages are kept: a
	// message is written together with its document, which says who its members are.
	threads map[string]*request.Document
}

func (d *derivation) take(e store.Event) error {
	d.revision, d.at = e.Revision, time.Time{}
	switch prefix, _, _ := strings.Cut(e.Key, "/"); prefix + "/" {
	case keyspace.Slots, keyspace.ClosedDocs:
		doc := &request.Document{}
		if err := json.Unmarshal(e.Value, doc); err != nil {
			return err
		}
		d.threads[doc.MessageThread()], d.at = doc, doc.Last.At
		if err := d.change(doc); err != nil {
			return err
		}
		return d.offers(doc)
	case keyspace.Messages:
		return d.message(e)
	case keyspace.Dismissals:
		return d.dismissal(e)
	case keyspace.Customers:
		return d.presence(e)
	}
	return nil
}

// add encodes an event for an audience.
func (d *derivation) add(audience Audience, kind protocol.EventType, event any) error {
	data, err := json.Marshal(event)
	if err != nil {
		return fmt.Errorf("encode a %s: %w", kind, err)
	}
	d.items = append(d.items, Item{Revision: d.revision, Type: kind, Audience: audience, Data: data, At: d.at})
	return nil
}
