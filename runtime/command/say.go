package command

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
)

// Say takes a member's message to the customer (T32, C1). It is on its way when this
// returns; that it did not arrive is told later, and shown with it.
func (x *Executor) Say(ctx context.Context, agent inbox.Agent, id, key string, say protocol.Say) (protocol.Result, error) {
	if err := checkSay(say); err != nil {
		return protocol.Result{}, err
	}
	return x.carryOut(ctx, order{
		kind: request.Say, agent: agent, id: id, key: key,
		fill: func(_ *turn, _ *inbox.Inbox, c *request.Command) error {
			c.Message = request.Message{
				ID: c.Key, Text: say.Text, Kind: say.Kind, Attachments: say.Attachments, Attributes: say.Attributes,
			}
			return nil
		},
	})
}

// said is the message that a command has sent. Of a repeat it is the one that is
// kept, or what the repeat says it was.
func (x *Executor) said(ctx context.Context, d done) (*request.Message, error) {
	if d.Message != nil {
		return d.Message, nil
	}
	number, _ := strconv.ParseInt(d.Ref, 10, 64)
	m := d.command.Message
	m.Number, m.From = number, d.command.Actor
	kept, err := x.kept(ctx, d.doc.MessageThread(), number)
	if err != nil || kept == nil {
		return &m, err
	}
	return kept, nil
}

// kept is a message of a thread; nil when it is not kept any more.
func (x *Executor) kept(ctx context.Context, thread string, number int64) (*request.Message, error) {
	kv, err := x.Store.Get(ctx, keyspace.Message(thread, number))
	if err != nil {
		return nil, ofStore(err)
	}
	if kv.Revision == 0 {
		return nil, nil
	}
	m := &request.Message{}
	if err := json.Unmarshal(kv.Value, m); err != nil {
		return nil, ofStore(fmt.Errorf("read %q of revision %d: %w", kv.Key, kv.Revision, err))
	}
	return m, nil
}

// failureStands is how long the failure of a message is there that is not kept any
// more: it is there for the members' feeds, and not to be kept.
const failureStands = time.Minute

// DeliveryFailed notes that a member's message did not reach the customer, and why.
// The request may have been transferred since; that it is closed is no error, and
// neither is a repeat.
func (x *Executor) DeliveryFailed(ctx context.Context, id, thread string, number int64, why string) error {
	failed, err := x.failed(ctx, thread, number, why)
	if err != nil {
		return err
	}
	for {
		last, err := x.lastOf(ctx, id)
		if err == nil {
			err = x.noteFailed(ctx, last, thread, number, failed)
		}
		if err != nil {
			return err
		}
		if id, err = x.lastOf(ctx, last); err != nil || id == last { // it may have been transferred meanwhile
			return err
		}
	}
}

func (x *Executor) noteFailed(ctx context.Context, id, thread string, number int64, failed *request.Message) error {
	command := request.Command{
		Kind: request.DeliveryFailed, Number: number,
		Key: strconv.FormatInt(number, 10),
	}
	return x.bySystem(ctx, id, command, func(t *turn, _ *request.Command) error {
		if failed == nil {
			return nil
		}
		op := put(keyspace.Message(thread, number), failed)
		if number < t.doc.Messages.First {
			lease, err := x.leases.get(ctx, failureStands)
			if err != nil {
				return ofStore(err)
			}
			op = store.PutLeased(keyspace.Message(thread, number), encode(failed), lease)
		}
		t.extra = append(t.extra, op)
		return nil
	})
}

// failed is the message that failed, as the outbox or the conversation has it.
func (x *Executor) failed(ctx context.Context, thread string, number int64, why string) (*request.Message, error) {
	m, err := x.kept(ctx, thread, number)
	if err != nil {
		return nil, err
	}
	if m == nil {
		kv, err := x.Store.Get(ctx, keyspace.Sending(thread, number))
		if err != nil {
			return nil, ofStore(err)
		}
		if kv.Revision == 0 {
			return nil, nil
		}
		var sending keyspace.OutboxRecord
		if err := json.Unmarshal(kv.Value, &sending); err != nil {
			return nil, ofStore(fmt.Errorf("read %q of revision %d: %w", kv.Key, kv.Revision, err))
		}
		m = &sending.Message
	}
	m.Delivery, m.Failure = request.DeliveryFailedFinally, why
	return m, nil
}

// lastOf follows a request to the last of those that it was transferred to.
func (x *Executor) lastOf(ctx context.Context, id string) (string, error) {
	for {
		at, err := x.find(ctx, id)
		if err != nil || at.doc == nil || at.doc.TransferredTo == "" {
			return id, err
		}
		id = at.doc.TransferredTo
	}
}
