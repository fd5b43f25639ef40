package command

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
)

// Conversation shows an agent a request and its last messages. A closed one is
// shown, without messages, for as long as it is kept.
func (x *Executor) Conversation(ctx context.Context, agent inbox.Agent, id string) (protocol.Conversation, error) {
	if _, err := x.config(); err != nil {
		return protocol.Conversation{}, err
	}
	box := x.as(agent)
	at, err := x.find(ctx, id)
	if err != nil {
		return protocol.Conversation{}, err
	}
	doc := at.doc
	if doc == nil || !box.Visible(doc) {
		return protocol.Conversation{}, unknownRequest(id)
	}
	messages, err := x.messages(ctx, doc)
	if err != nil {
		return protocol.Conversation{}, err
	}
	return protocol.Conversation{Request: box.Row(doc, x.Now()), Messages: messages, Cursor: box.Cursor()}, nil
}

// messages are the last messages of a request as its document has them, oldest
// first. Later ones are left to the feed, which would tell them a second time. A
// closed request has none: those of its thread are its successor's (T28).
func (x *Executor) messages(ctx context.Context, d *request.Document) ([]request.Message, error) {
	messages := []request.Message{}
	if !d.Open() {
		return messages, nil
	}
	_, err := x.Store.Load(ctx, []string{keyspace.MessagesOf(d.MessageThread())}, func(kv store.KV) error {
		var m request.Message
		if err := json.Unmarshal(kv.Value, &m); err != nil {
			return fmt.Errorf("read %q of revision %d: %w", kv.Key, kv.Revision, err)
		}
		if m.Number >= d.Messages.First && m.Number < d.Messages.Next() {
			messages = append(messages, m)
		}
		return nil
	})
	if err != nil {
		return nil, ofStore(err)
	}
	return messages, nil
}
