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
	ctx, cancel := bounded(ctx)
	defer cancel()
	at, cursor, err := x.look(ctx, agent, id, x.find)
	if err == nil && at.doc == nil { // another replica may have shown it to the agent already
		at, cursor, err = x.look(ctx, agent, id, x.findCurrent)
	}
	switch {
	case err != nil:
		return protocol.Conversation{}, err
	case at.doc == nil:
		return protocol.Conversation{}, unknownRequest(id)
	}
	messages, err := x.messages(ctx, at.doc)
	if err != nil {
		return protocol.Conversation{}, err
	}
	return protocol.Conversation{Request: x.as(agent).Row(at.doc, x.Now()), Messages: messages, Cursor: cursor}, nil
}

// look finds a request as an agent sees it: not at all, if it is not visible to
// them. The cursor is of before, so that it promises no more than is found.
func (x *Executor) look(ctx context.Context, agent inbox.Agent, id string, find func(context.Context, string) (found, error)) (at found, cursor string, err error) {
	cursor = x.View.Cursor(x.View.Revision())
	at, err = find(ctx, id)
	if err == nil && at.doc != nil && !x.as(agent).Visible(at.doc) {
		at = found{}
	}
	return at, cursor, err
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
