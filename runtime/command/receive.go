package command

import (
	"context"
	"encoding/json"
	"errors"
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
	switch {
	case c == nil:
		return protocol.Receipt{}, refuse(UnknownChannel, "there is no channel %q here: the name of a Channel is meant", channel)
	case c.RoutingMode != snapshot.RoutingPull:
		return protocol.Receipt{}, refuse(NotPull, "channel %s is in routing mode %s: its requests are routed elsewhere, post to %s only what is to be pulled", c.Name, c.RoutingMode, c.Name)
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
		if err != nil || receipt != nil {
			if receipt == nil {
				receipt = &protocol.Receipt{}
			}
			return *receipt, err
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
		// A repeat of a message that was taken while it could be is no new one.
		if taken, readErr := r.x.Store.Get(ctx, keyspace.Dedupe(r.channel.Name, r.message.ID)); readErr == nil && taken.Revision != 0 {
			return duplicate(taken.Value)
		}
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
		result, err = r.reread(ctx, txn)
		if err != nil {
			return nil, slot, ofStore(err)
		}
	case err != nil:
		return nil, slot, ofStore(err)
	case result.Committed:
		r.x.settle(ctx, result.Revision)
		return answer, slot, nil
	}
	if taken := result.Current[1]; taken.Revision != 0 {
		return duplicate(taken.Value)
	}
	next, err = openOf(result.Current[0])
	return nil, next, err
}

// env says where a new request would land, and refuses when there is no such
// place. An open request goes on wherever it is (L3, L4).
func (r *reception) env(ctx context.Context, slot open) (request.Env, error) {
	if slot.doc != nil {
		return r.x.env(r.config, slot.doc.List), nil
	}
	list := r.config.List(r.channel.List)
	if list == nil || list.Draining {
		return request.Env{}, refuse(ListUnavailable, "the list of channel %s is gone or going: point the channel to another Worklist; the message was not taken, post it again later", r.channel.Name).retry(listRetry)
	}
	if r.x.space.scarce(ctx) {
		return request.Env{}, refuse(StoreFull, "the runtime's volume is nearly full: new requests are refused so that open ones can go on; enlarge the volume").retry(time.Minute)
	}
	env := r.x.env(r.config, list.Name)
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
	mark := keyspace.Dedupe(r.channel.Name, r.message.ID)
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

// reread fetches what a Txn compares, after a commit whose outcome is unknown.
func (r *reception) reread(ctx context.Context, txn store.Txn) (store.Result, error) {
	return reread(ctx, r.x.Store, txn)
}

func duplicate(value []byte) (*protocol.Receipt, open, error) {
	var record keyspace.DedupeRecord
	if err := json.Unmarshal(value, &record); err != nil {
		return nil, open{}, ofStore(err)
	}
	return &protocol.Receipt{
		Request: record.Request, List: record.List, Outcome: request.Outcome(record.Outcome), Duplicate: true,
	}, open{}, nil
}
