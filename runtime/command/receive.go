package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// listRetry is what a connector is told to wait when a channel's list is gone or
// going: a platform team mends that in minutes.
const listRetry = 30 * time.Second

// Receive takes a customer's message from a connector (T01 to T06). The same
// message id has one effect, however often it comes (G9).
func (x *Executor) Receive(ctx context.Context, channel string, m protocol.PostMessage) (receipt protocol.Receipt, err error) {
	var outcome string
	defer x.observed(string(request.Receive), &outcome, &err)()
	config, err := x.config()
	if err != nil {
		return protocol.Receipt{}, err
	}
	c := config.Channel(channel)
	if c == nil {
		return protocol.Receipt{}, refuse(UnknownChannel, "there is no channel %q here: the name of a Channel is meant", channel)
	}
	if err := checkMessage(m); err != nil {
		return protocol.Receipt{}, err
	}
	r := reception{x: x, config: config, channel: c, message: m}
	receipt, err = r.run(ctx)
	outcome = string(receipt.Outcome)
	return receipt, err
}

// reception is one message on its way in.
type reception struct {
	x       *Executor
	config  *snapshot.Index
	channel *snapshot.Channel
	message protocol.PostMessage
}

func (r *reception) run(ctx context.Context) (protocol.Receipt, error) {
	slot := slotOf(r.x.View.Slot(keyspace.Slot(r.channel.Name, r.message.Customer.ID)))
	for range attempts {
		receipt, next, err := r.attempt(ctx, slot)
		switch {
		case err != nil:
			return r.refused(ctx, err)
		case receipt != nil:
			return *receipt, nil
		}
		slot = next
	}
	return protocol.Receipt{}, refuse(StoreUnavailable, "too many messages of this customer at once: repeat it with the same id").retry(time.Second)
}

// attempt decides from what the slot holds and commits. Without a receipt, next
// is what the slot held instead.
func (r *reception) attempt(ctx context.Context, slot open) (receipt *protocol.Receipt, next open, err error) {
	env, err := r.env(ctx, slot)
	if err != nil {
		return nil, slot, err
	}
	d := request.Decide(slot.doc, r.command(), env)
	answer := &protocol.Receipt{Request: d.Next.ID, List: d.Next.List, Outcome: d.Outcome}
	txn, err := r.txn(ctx, slot, d, answer)
	if err != nil {
		return nil, slot, err
	}
	result, err := r.x.Store.Commit(ctx, txn)
	switch {
	case errors.Is(err, store.ErrUnknownOutcome):
		// The mark of the message says whether it happened.
		result, err = reread(ctx, r.x.Store, txn)
		if err != nil {
			return nil, slot, ofStore(err)
		}
	case err != nil:
		return nil, slot, ofStore(err)
	case result.Committed:
		r.x.settle(ctx, result.Revision)
		if d.Outcome == request.Opened && !r.x.View.Subscribed(answer.List) {
			r.x.Unheard(answer.List)
		}
		return answer, slot, nil
	}
	if mark := result.Current[1]; mark.Revision != 0 {
		receipt, err = r.duplicate(ctx, mark)
		return receipt, slot, err
	}
	next, err = openOf(result.Current[0])
	return nil, next, err
}

// env says where a new request would land, and refuses when there is no such
// place. An open request goes on wherever it is (L3, L4).
func (r *reception) env(ctx context.Context, slot open) (request.Env, error) {
	if slot.doc != nil {
		return r.x.env(r.config, slot.doc.List, r.channel.Name), nil
	}
	if c := r.channel; c.RoutingMode != snapshot.RoutingPull {
		return request.Env{}, refuse(NotPull, "channel %s is in routing mode %s: its requests are routed elsewhere, post to %s only what is to be pulled", c.Name, c.RoutingMode, c.Name)
	}
	list := r.config.List(r.channel.List)
	if list == nil || list.Draining {
		return request.Env{}, refuse(ListUnavailable, "the list of channel %s is gone or going: point the channel to another Worklist; the message was not taken, post it again later", r.channel.Name).retry(listRetry)
	}
	if r.x.space.scarce(ctx) {
		return request.Env{}, refuse(StoreFull, "the runtime's volume is nearly full: new requests are refused so that open ones can go on; enlarge the volume").retry(time.Minute)
	}
	env := r.x.env(r.config, list.Name, r.channel.Name)
	env.Place = request.Place{ID: r.x.ids.next(), List: list.Name, Channel: r.channel.Name, ChannelType: r.channel.Type}
	return env, nil
}

func (r *reception) command() request.Command {
	m := r.message
	customer := request.Customer{ID: m.Customer.ID, Name: m.Customer.Name, Attributes: m.Customer.Attributes}
	if customer.Name == "" {
		customer.Name, customer.Anonymous = r.channel.AnonymousName, true
	}
	return request.Command{
		Kind:     request.Receive,
		Actor:    request.Actor{Kind: request.CustomerActor, Name: m.Customer.ID},
		Key:      m.ID,
		Customer: customer,
		Message:  request.Message{ID: m.ID, Text: m.Text, SentAt: m.At},
	}
}

// txn writes the document, the message and the mark that it was taken, if
// neither slot nor mark has changed.
func (r *reception) txn(ctx context.Context, slot open, d request.Decision, answer *protocol.Receipt) (store.Txn, error) {
	lease, err := r.x.leases.get(ctx, dedupeWindow)
	if err != nil {
		return store.Txn{}, ofStore(err)
	}
	slotKey := keyspace.Slot(r.channel.Name, r.message.Customer.ID)
	mark := r.mark()
	txn := store.Txn{
		Compares: []store.Compare{{Key: slotKey, Revision: slot.revision}, {Key: mark}},
		Ops: []store.Op{
			put(slotKey, d.Next),
			put(keyspace.Message(d.Next.ID, d.Message.Number), d.Message),
			store.PutLeased(mark, encode(keyspace.DedupeRecord{Request: answer.Request, List: answer.List, Outcome: string(answer.Outcome)}), lease),
		},
	}
	for _, n := range d.Dropped {
		txn.Ops = append(txn.Ops, store.Delete(keyspace.Message(d.Next.ID, n)))
	}
	return txn, nil
}

// mark is the key that says that the message was taken.
func (r *reception) mark() string {
	return keyspace.Dedupe(r.channel.Name, r.message.Customer.ID, r.message.ID)
}

// refused is the answer to a message that cannot be taken: why it cannot, unless it
// was taken while it could be.
func (r *reception) refused(ctx context.Context, why error) (protocol.Receipt, error) {
	mark, err := r.x.Store.Get(ctx, r.mark())
	if err != nil || mark.Revision == 0 {
		return protocol.Receipt{}, why
	}
	receipt, err := r.duplicate(ctx, mark)
	if err != nil {
		return protocol.Receipt{}, err
	}
	return *receipt, nil
}

// duplicate is the answer to a message that was taken before.
func (r *reception) duplicate(ctx context.Context, mark store.KV) (*protocol.Receipt, error) {
	var record keyspace.DedupeRecord
	if err := json.Unmarshal(mark.Value, &record); err != nil {
		return nil, ofStore(fmt.Errorf("read %q of revision %d: %w", mark.Key, mark.Revision, err))
	}
	r.x.settle(ctx, mark.Revision) // the first delivery may not have been answered yet
	return &protocol.Receipt{
		Request: record.Request, List: record.List, Outcome: request.Outcome(record.Outcome), Duplicate: true,
	}, nil
}
