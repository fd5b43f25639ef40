package command

import (
	"context"
	"fmt"
	"time"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
)

// systems name who acts when nobody does.
var systems = map[request.Kind]string{
	request.Expire:          "auto-close",
	request.CustomerTimeout: "customer-activity-timeout",
	request.ResponseTimeout: "response-time",
	request.Lapse:           "transfer-timeout",
	request.WrapUpTimeout:   "wrap-up-timeout",
	request.Disconnect:      "disconnect-grace",
	request.Revoke:          "access",
	request.ForceClose:      "deletion",
	request.Transfer:        "deletion",
	request.DeliveryFailed:  "delivery",
}

// bySystem carries out a command of nobody. That there is nothing to do (any more)
// is no error.
func (x *Executor) bySystem(ctx context.Context, id string, c request.Command, fill func(*turn, *request.Command) error) error {
	c.Actor = request.Actor{Kind: request.SystemActor, Name: systems[c.Kind]}
	_, err := x.act(ctx, c.Kind, id, func(t *turn) (request.Command, error) {
		c := c
		var why error
		if fill != nil {
			why = fill(t, &c)
		}
		return c, why
	})
	return unneeded(err)
}

// Fire does what a clock of a request is for, if it is due: T22, T23, T24, T30, T33.
// That it is not due (any more) is no error.
func (x *Executor) Fire(ctx context.Context, id string, clock request.Clock) error {
	c := request.Command{Kind: clock.Kind}
	switch clock.Kind {
	case request.Expire, request.CustomerTimeout, request.ResponseTimeout:
	case request.Lapse:
		c.Offer = clock.Target
	case request.WrapUpTimeout:
		c.Target.Agent = clock.Target
	default:
		return fmt.Errorf("%s is no clock of a request: see request.Document.Clocks for those that there are", clock.Kind)
	}
	return x.bySystem(ctx, id, c, nil)
}

// Disconnect ends the membership of an agent who has been away for too long (T26).
func (x *Executor) Disconnect(ctx context.Context, id, agent string) error {
	return x.bySystem(ctx, id, request.Command{Kind: request.Disconnect, Target: request.Target{Agent: agent}}, nil)
}

// Revoke ends the membership of an agent who may not use the list any more (L7).
func (x *Executor) Revoke(ctx context.Context, id, agent string) error {
	return x.bySystem(ctx, id, request.Command{Kind: request.Revoke, Target: request.Target{Agent: agent}}, nil)
}

// ForceClose closes a request whose list is deleted (L2).
func (x *Executor) ForceClose(ctx context.Context, id string) error {
	return x.bySystem(ctx, id, request.Command{Kind: request.ForceClose}, nil)
}

// StampDraining notes since when a list has been draining (L2), once.
func (x *Executor) StampDraining(ctx context.Context, list string) error {
	key := keyspace.Draining(list)
	record := keyspace.DrainingRecord{Since: x.Now().UTC().Truncate(time.Millisecond)}
	return x.stand(ctx, store.Txn{Compares: []store.Compare{{Key: key}}, Ops: []store.Op{put(key, record)}})
}

// ClearDraining forgets that a list has been draining: it is there again, or gone.
func (x *Executor) ClearDraining(ctx context.Context, list string) error {
	return x.stand(ctx, store.Txn{Ops: []store.Op{store.Delete(keyspace.Draining(list))}})
}

// stand commits what stands once it is there, whoever wrote it.
func (x *Executor) stand(ctx context.Context, txn store.Txn) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	result, err := x.Store.Commit(ctx, txn)
	if err != nil {
		return ofStore(err)
	}
	x.settle(ctx, result.Revision)
	return nil
}
