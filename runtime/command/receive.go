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
	c, err := x.channel(channel)
	if err != nil {
		return protocol.Receipt{}, err
	}
	if err := checkMessage(m); err != nil {
		return protocol.Receipt{}, err
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	r := reception{x: x, config: x.View.Config(), channel: c, message: m}
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
	key := keyspace.Slot(r.channel.Name, r.message.Customer.ID)
	leave, _, err := r.x.queues.enter(ctx, key)
	if err != nil {
		return protocol.Receipt{}, err
	}
	defer leave()
	slot := slotOf(r.x.View.Slot(key))
	for range attempts {
		receipt, next, err := r.attempt(ctx, slot)
		switch {
		case err != nil && slot.doc == nil && !slot.current && reasonOf(err) != StoreUnavailable:
			// Nothing may be opened; what is open may be news that the view has not had.
			if err := r.x.catchUp(ctx); err != nil {
				return protocol.Receipt{}, err
			}
			next = slotOf(r.x.View.Slot(key))
			next.current = true
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
func (r *reception) attempt(ctx context.Context, slot found) (receipt *protocol.Receipt, next found, err error) {
	env, fences, err := r.env(ctx, slot)
	if err != nil {
		return nil, slot, err
	}
	d := request.Decide(slot.doc, r.command(), env)
	answer := &protocol.Receipt{Request: d.Next.ID, List: d.Next.List, Outcome: d.Outcome}
	txn, err := r.txn(ctx, slot, d, answer, fences)
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
		r.x.Changed(d.Next)
		if d.Outcome == request.Opened {
			r.x.heard(answer.List)
		}
		return answer, slot, nil
	}
	if mark := result.Current[1]; mark.Revision != 0 {
		receipt, err = r.duplicate(ctx, mark)
		return receipt, slot, err
	}
	next, err = foundIn(result.Current[0])
	return nil, next, err
}

// env says where a new request would land, and refuses when there is no such
// place. An open request goes on wherever it is (L3, L4).
func (r *reception) env(ctx context.Context, slot found) (request.Env, []store.Compare, error) {
	if slot.doc != nil {
		return r.x.env(r.config, slot.doc.List, r.channel.Name), nil, nil
	}
	if c := r.channel; c.RoutingMode != snapshot.RoutingPull {
		return request.Env{}, nil, refuse(NotPull, "channel %s is in routing mode %s: its requests are routed elsewhere, post to %s only what is to be pulled", c.Name, c.RoutingMode, c.Name)
	}
	list := r.landing()
	if list == nil {
		return request.Env{}, nil, refuse(ListUnavailable, "the list of channel %s is gone or going: point the channel to another Worklist; the message was not taken, post it again later", r.channel.Name).retry(listRetry)
	}
	if r.x.space.scarce(ctx) {
		return request.Env{}, nil, refuse(StoreFull, "the runtime's volume is nearly full: new requests are refused so that open ones can go on; enlarge the volume").retry(time.Minute)
	}
	env := r.x.env(r.config, list.Name, r.channel.Name)
	env.Place = request.Place{ID: r.x.ids.next(), List: list.Name, Channel: r.channel.Name, ChannelType: r.channel.Type}
	if list.ReopenPolicy != snapshot.ReopenReopen {
		return env, nil, nil
	}
	last, err := r.lastClosed(ctx, &env)
	return env, []store.Compare{last}, err
}

// landing is the list of new requests: the channel's, and if that is going away the
// one that takes its requests over (L1). Nil when there is none.
func (r *reception) landing() *snapshot.List {
	list := r.config.List(r.channel.List)
	if list != nil && list.Draining {
		list = r.config.List(list.Deletion.TransferTo)
	}
	if list == nil || list.Draining {
		return nil
	}
	return list
}

// lastClosed finds the request that a new one goes on from (T06b), and what makes
// sure that it is still the last one when that is written.
func (r *reception) lastClosed(ctx context.Context, env *request.Env) (store.Compare, error) {
	kv, err := r.x.Store.Get(ctx, keyspace.LastClosed(r.channel.Name, r.message.Customer.ID))
	if err != nil {
		return store.Compare{}, ofStore(err)
	}
	if kv.Revision != 0 {
		if err := json.Unmarshal(kv.Value, &env.ReopenOf); err != nil {
			return store.Compare{}, ofStore(fmt.Errorf("read %q of revision %d: %w", kv.Key, kv.Revision, err))
		}
	}
	return store.Compare{Key: kv.Key, Revision: kv.Revision}, nil
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
		Message: request.Message{
			ID: m.ID, Text: m.Text, Kind: m.Kind, Attachments: m.Attachments, Attributes: m.Attributes, SentAt: m.At,
		},
	}
}

// txn writes what was decided and the mark that the message was taken, if neither
// slot nor mark has changed.
func (r *reception) txn(ctx context.Context, slot found, d request.Decision, answer *protocol.Receipt, fences []store.Compare) (store.Txn, error) {
	lease, err := r.x.leases.get(ctx, dedupeWindow)
	if err != nil {
		return store.Txn{}, ofStore(err)
	}
	slot.key = keyspace.Slot(r.channel.Name, r.message.Customer.ID)
	txn, err := r.x.transition(ctx, slot, d)
	if err != nil {
		return store.Txn{}, err
	}
	mark := r.mark()
	txn.Compares = append(append(txn.Compares, store.Compare{Key: mark}), fences...)
	txn.Ops = append(txn.Ops, store.PutLeased(mark, encode(keyspace.DedupeRecord{
		Request: answer.Request, List: answer.List, Outcome: string(answer.Outcome),
	}), lease))
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
