package command

import (
	"context"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Transfer moves a request to another list, where it waits as a new one (T28), or
// offers the sender's place to another agent, who takes it by accepting (T29, T30).
func (x *Executor) Transfer(ctx context.Context, agent inbox.Agent, id, key string, to protocol.Target) (protocol.Result, error) {
	if err := checkTarget(to); err != nil {
		return protocol.Result{}, err
	}
	if to.Agent != "" {
		return x.offer(ctx, request.TransferTo, agent, id, key, to)
	}
	return x.carryOut(ctx, order{
		kind: request.Transfer, agent: agent, id: id, key: key,
		fill: func(t *turn, _ *inbox.Inbox, c *request.Command) (err error) {
			c.Target, err = x.target(t, agent, to)
			t.env.Place = x.succession(to.List)
			return err
		},
	})
}

// succession is where a transferred request goes on.
func (x *Executor) succession(list string) request.Place {
	return request.Place{ID: x.ids.next(), List: list}
}

// Move transfers a request because its list is deleted (L2). That it is not open
// any more is no error.
func (x *Executor) Move(ctx context.Context, id, list string) error {
	return x.bySystem(ctx, id, request.Command{Kind: request.Transfer}, func(t *turn, c *request.Command) (err error) {
		c.Target, err = x.target(t, inbox.Agent{}, protocol.Target{List: list})
		t.env.Place = x.succession(list)
		return err
	})
}
