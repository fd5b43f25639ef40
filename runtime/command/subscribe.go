package command

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/store"
)

// Subscribe makes a list's events the agent's from now on. Twice is once: the
// repeat brings the snapshot of the list again, and nothing else (N2).
func (x *Executor) Subscribe(ctx context.Context, agent inbox.Agent, list string) error {
	return x.choose(ctx, agent, list, true)
}

// Unsubscribe ends that. Memberships stay (N3). Twice is once.
func (x *Executor) Unsubscribe(ctx context.Context, agent inbox.Agent, list string) error {
	return x.choose(ctx, agent, list, false)
}

func (x *Executor) choose(ctx context.Context, agent inbox.Agent, list string, subscribed bool) error {
	if _, err := x.config(); err != nil {
		return err
	}
	box := x.as(agent)
	if _, ok := box.Access(list); !ok {
		return refuse(UnknownList, "there is no list %q for you: see the lists of /v1/me, or ask for an AgentSubscription that names you", list)
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	begins, _ := box.Subscribed(list)
	key := keyspace.Subscription(agent.Name, list)
	for range attempts {
		kv, err := x.Store.Get(ctx, key)
		if err != nil {
			return ofStore(err)
		}
		record, changed, err := x.chosen(kv, subscribed, begins)
		if err != nil || !changed {
			return err
		}
		result, err := x.Store.Commit(ctx, store.Txn{
			Compares: []store.Compare{{Key: key, Revision: kv.Revision}}, Ops: []store.Op{put(key, record)},
		})
		switch {
		case errors.Is(err, store.ErrUnknownOutcome): // to choose it again does no harm
		case err != nil:
			return ofStore(err)
		case result.Committed:
			x.settle(ctx, result.Revision)
			return nil
		}
	}
	return refuse(StoreUnavailable, "too many choices of yours at once: repeat it").retry(time.Second)
}

// chosen is an agent's standing with a list after a choice; changed is false where
// there is nothing to write. begins is since when the list's events have been the
// agent's as the view knows it: later than the record where they had no access in
// between.
func (x *Executor) chosen(kv store.KV, subscribed bool, begins int64) (record keyspace.SubscriptionRecord, changed bool, err error) {
	var old keyspace.SubscriptionRecord
	if kv.Revision != 0 {
		if err := json.Unmarshal(kv.Value, &old); err != nil {
			return old, false, ofStore(fmt.Errorf("read %q of revision %d: %w", kv.Key, kv.Revision, err))
		}
	}
	record = keyspace.SubscriptionRecord{Subscribed: subscribed, Chosen: true, At: x.Now().UTC().Truncate(time.Millisecond)}
	switch {
	case old.Subscribed != subscribed:
		return record, true, nil
	case !subscribed: // N3
		return record, false, nil
	}
	record.Repeats, record.Since = old.Repeats+1, max(cmp.Or(old.Since, kv.Revision), begins)
	return record, true, nil
}

// See takes note of an agent who calls: of the groups of their token, and it
// subscribes them to the lists that do so on sight. It writes nothing when
// nothing is new.
func (x *Executor) See(ctx context.Context, agent inbox.Agent) error {
	if _, err := x.config(); err != nil {
		return err
	}
	box := x.as(agent)
	var txn store.Txn
	if !box.Current() {
		txn.Ops = append(txn.Ops, put(keyspace.Agent(agent.Name), keyspace.AgentRecord{Groups: agent.Groups}))
	}
	record := keyspace.SubscriptionRecord{Subscribed: true, At: x.Now().UTC().Truncate(time.Millisecond)}
	for _, list := range box.Missing() {
		if len(txn.Ops) == store.MaxOps {
			if err := x.note(ctx, txn); err != nil {
				return err
			}
			txn = store.Txn{}
		}
		key := keyspace.Subscription(agent.Name, list)
		txn.Compares = append(txn.Compares, store.Compare{Key: key})
		txn.Ops = append(txn.Ops, put(key, record))
	}
	return x.note(ctx, txn)
}

// note commits what See has to write. Where it is not committed another call of
// the same agent was first, and wrote the same.
func (x *Executor) note(ctx context.Context, txn store.Txn) error {
	if len(txn.Ops) == 0 {
		return nil
	}
	result, err := x.Store.Commit(ctx, txn)
	if err != nil {
		return ofStore(err)
	}
	x.settle(ctx, result.Revision)
	return nil
}
