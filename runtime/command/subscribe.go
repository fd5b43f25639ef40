package command

import (
	"context"
	"time"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/store"
)

// Subscribe makes a list's events the agent's from now on. Twice is once (N2).
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
	if _, is := box.Subscribed(list); is == subscribed {
		return nil
	}
	record := keyspace.SubscriptionRecord{Subscribed: subscribed, Chosen: true, At: x.Now().UTC().Truncate(time.Millisecond)}
	// Without a compare: of two choices at once the later one stands.
	result, err := x.Store.Commit(ctx, store.Txn{Ops: []store.Op{put(keyspace.Subscription(agent.Name, list), record)}})
	if err != nil {
		return ofStore(err)
	}
	x.settle(ctx, result.Revision)
	return nil
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
