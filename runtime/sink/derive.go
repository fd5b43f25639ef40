package sink

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/record"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// deriver turns changes of the store into events: the same change into the same
// event with the same id, whoever does it and however often.
type deriver struct {
	source, epoch string
	now           func() time.Time
	// objects are those of the snapshot with a digest, if it is still in force.
	objects func(digest string) []snapshot.Object
}

// document is what is needed to know of one; the rest is passed on as it is.
type document struct {
	ID     string          `json:"id"`
	Thread string          `json:"thread"`
	Last   json.RawMessage `json:"last"`

	change request.Change
	raw    []byte
}

// derive gives the events of one revision, in order: each request's document
// before its messages.
func (d deriver) derive(revision int64, changes []store.Event) ([]record.Event, error) {
	var events []record.Event
	add := func(kind, subject string, when time.Time, data record.Data) {
		at := record.Place{Epoch: d.epoch, Revision: revision, N: len(events)}
		events = append(events, record.New(d.source, at, kind, subject, when, data))
	}
	var documents []*document
	var messages []store.Event
	for _, c := range changes {
		switch {
		case c.Deleted: // a document that was closed has been written elsewhere; the rest was kept for its time
		case strings.HasPrefix(c.Key, keyspace.Slots), strings.HasPrefix(c.Key, keyspace.ClosedDocs):
			doc := &document{raw: c.Value}
			if err := unmarshal(c, doc, &doc.change); err != nil {
				return nil, err
			}
			documents = append(documents, doc)
			add(record.TypeOf(doc.change.Kind), doc.ID, doc.change.At, record.Data{Request: doc.raw, Change: doc.Last})
		case strings.HasPrefix(c.Key, keyspace.Messages):
			messages = append(messages, c)
		case c.Key == keyspace.ConfigCurrent:
			var p keyspace.Pointer
			if err := json.Unmarshal(c.Value, &p); err != nil {
				return nil, unreadable(c, err)
			}
			add(record.TypeConfiguration, "", d.now(), record.Data{Configuration: &record.Configuration{
				Sequence: p.Sequence, Digest: p.Digest, Objects: d.objects(p.Digest),
			}})
		}
	}
	for _, c := range messages {
		var m request.Message
		if err := json.Unmarshal(c.Value, &m); err != nil {
			return nil, unreadable(c, err)
		}
		thread, _ := keyspace.ThreadOfMessage(c.Key)
		subject, when, data := thread, m.At, record.Data{Message: c.Value}
		if doc := ofMessage(documents, thread, m.Number); doc != nil {
			subject, when, data.Request, data.Change = doc.ID, doc.change.At, doc.raw, doc.Last
		}
		add(record.TypeMessage, subject, when, data)
	}
	return events, nil
}

// ofMessage is the document that a message was written with: what it did is about
// this very message.
func ofMessage(documents []*document, thread string, number int64) *document {
	for _, d := range documents {
		if (d.Thread == thread || d.ID == thread) && d.change.Message == number {
			return d
		}
	}
	return nil
}

func unmarshal(c store.Event, d *document, change *request.Change) error {
	if err := json.Unmarshal(c.Value, d); err != nil {
		return unreadable(c, err)
	}
	if err := json.Unmarshal(d.Last, change); err != nil {
		return unreadable(c, err)
	}
	return nil
}

func unreadable(c store.Event, err error) error {
	return fmt.Errorf("read %q of revision %d: %w", c.Key, c.Revision, err)
}
