package command

import (
	"context"
	"errors"
	"time"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/store"
)

// Dismiss takes an agent's alert of a request away, on all of their devices (N5).
// Without such an alert there is nothing to do.
func (x *Executor) Dismiss(ctx context.Context, agent inbox.Agent, id string) error {
	return x.dismiss(ctx, agent, func(box *inbox.Inbox, old keyspace.DismissalRecord) (next keyspace.DismissalRecord, dismissed []string, err error) {
		entry := x.View.Request(id)
		if entry == nil {
			return old, nil, nil
		}
		alert := box.Alert(entry.Doc)
		if alert == nil {
			return old, nil, nil
		}
		dismissed = []string{entry.Doc.List}
		next = keyspace.DismissalRecord{Until: old.Until, Some: x.standing(old), Last: id}
		next.Some[id] = alert.Generation
		if len(next.Some) <= maxDismissed {
			return next, dismissed, nil
		}
		next = x.folded(box, next)
		if len(next.Some) > maxDismissed {
			err = refuse(InvalidRequest, "you have dismissed %d alerts one by one while older ones stand, which is as many as can be: dismiss an older one, or all", maxDismissed)
		}
		return next, dismissed, err
	})
}

// maxDismissed is how many alerts an agent can have dismissed one by one, so that
// what is written with each of them stays small.
const maxDismissed = 1000

// folded dismisses what is older than every alert that stands as a whole, instead of
// one by one.
func (x *Executor) folded(box *inbox.Inbox, record keyspace.DismissalRecord) keyspace.DismissalRecord {
	for id, generation := range record.Some {
		if e := x.View.Request(id); e != nil && e.Doc.Alert.Generation == generation {
			record.Until = max(record.Until, e.AlertRevision)
		}
	}
	for _, r := range box.Alerts(x.Now()) { // in the order in which they were raised
		if e := x.View.Request(r.ID); e != nil && record.Some[r.ID] < r.Alert.Generation {
			record.Until = min(record.Until, e.AlertRevision-1)
			break
		}
	}
	record.Some = x.standing(record)
	return record
}

// DismissAll takes all of an agent's alerts away.
func (x *Executor) DismissAll(ctx context.Context, agent inbox.Agent) error {
	return x.dismiss(ctx, agent, func(box *inbox.Inbox, _ keyspace.DismissalRecord) (_ keyspace.DismissalRecord, dismissed []string, _ error) {
		// Whatever the agent has seen was raised at or below it.
		until := x.View.Revision()
		for _, r := range box.Alerts(x.Now()) {
			dismissed = append(dismissed, r.List)
		}
		return keyspace.DismissalRecord{Until: until}, dismissed, nil
	})
}

// standing are the single dismissals whose requests are still open, and which were
// not covered by all since.
func (x *Executor) standing(old keyspace.DismissalRecord) map[string]int64 {
	some := make(map[string]int64, len(old.Some)+1)
	for id, generation := range old.Some {
		if e := x.View.Request(id); e != nil && e.Doc.Alert.Generation == generation && e.AlertRevision > old.Until {
			some[id] = generation
		}
	}
	return some
}

// dismiss changes what an agent has dismissed: change gives the lists of the alerts,
// none where there is nothing to do. The view is brought up to date
// first: the alert may have been raised, and shown, by another replica.
func (x *Executor) dismiss(ctx context.Context, agent inbox.Agent, change func(*inbox.Inbox, keyspace.DismissalRecord) (keyspace.DismissalRecord, []string, error)) error {
	if _, err := x.config(); err != nil {
		return err
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	if err := x.catchUp(ctx); err != nil {
		return err
	}
	key := keyspace.Dismissal(agent.Name)
	for range attempts {
		old, revision := x.View.Dismissals(agent.Name)
		next, dismissed, err := change(x.as(agent), old)
		if err != nil || len(dismissed) == 0 {
			return err
		}
		txn := store.Txn{Compares: []store.Compare{{Key: key, Revision: revision}}, Ops: []store.Op{put(key, next)}}
		result, err := x.Store.Commit(ctx, txn)
		if errors.Is(err, store.ErrUnknownOutcome) {
			result, err = reread(ctx, x.Store, txn) // if it has landed, there is nothing left to dismiss
		}
		if err != nil {
			return ofStore(err)
		}
		if result.Committed {
			x.settle(ctx, result.Revision)
			for _, list := range dismissed {
				x.Dismissed(list)
			}
			return nil
		}
		if err := x.View.WaitFor(ctx, result.Current[0].Revision); err != nil {
			return ofStore(err)
		}
	}
	return refuse(StoreUnavailable, "too many dismissals of yours at once: repeat it").retry(time.Second)
}
