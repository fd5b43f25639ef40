package command

import (
	"context"
	"errors"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

var errLater = errors.New("this is on its way")

func (x *Executor) Say(ctx context.Context, agent inbox.Agent, id, key string, say protocol.Say) (protocol.Result, error) {
	return protocol.Result{}, errLater
}

func (x *Executor) Transfer(ctx context.Context, agent inbox.Agent, id, key string, to protocol.Target) (protocol.Result, error) {
	return protocol.Result{}, errLater
}

func (x *Executor) Invite(ctx context.Context, agent inbox.Agent, id, key string, to protocol.Target) (protocol.Result, error) {
	return protocol.Result{}, errLater
}

func (x *Executor) Accept(ctx context.Context, agent inbox.Agent, offer, key string) (protocol.Result, error) {
	return protocol.Result{}, errLater
}

func (x *Executor) Decline(ctx context.Context, agent inbox.Agent, offer, key string) (protocol.Result, error) {
	return protocol.Result{}, errLater
}

func (x *Executor) Withdraw(ctx context.Context, agent inbox.Agent, offer, key string) (protocol.Result, error) {
	return protocol.Result{}, errLater
}

func (x *Executor) RemoveMember(ctx context.Context, agent inbox.Agent, id, member, key string) (protocol.Result, error) {
	return protocol.Result{}, errLater
}

func (x *Executor) WrapUp(ctx context.Context, agent inbox.Agent, id, key string, w protocol.WrapUp) (protocol.Result, error) {
	return protocol.Result{}, errLater
}

func (x *Executor) Logout(ctx context.Context, agent inbox.Agent, key string) (protocol.LoggedOut, error) {
	return protocol.LoggedOut{}, errLater
}

func (x *Executor) Dismiss(ctx context.Context, agent inbox.Agent, id string) error { return errLater }

func (x *Executor) DismissAll(ctx context.Context, agent inbox.Agent) error { return errLater }

func (x *Executor) PutPresence(ctx context.Context, channel, customer string, p protocol.PutPresence) error {
	return errLater
}

func (x *Executor) Fire(ctx context.Context, id string, clock request.Clock) error { return errLater }

func (x *Executor) Disconnect(ctx context.Context, id, agent string) error { return errLater }

func (x *Executor) Revoke(ctx context.Context, id, agent string) error { return errLater }

func (x *Executor) ForceClose(ctx context.Context, id string) error { return errLater }

func (x *Executor) Move(ctx context.Context, id, list string) error { return errLater }

func (x *Executor) StampDraining(ctx context.Context, list string) error { return errLater }

func (x *Executor) ClearDraining(ctx context.Context, list string) error { return errLater }

func (x *Executor) DeliveryFailed(ctx context.Context, id, thread string, number int64, why string) error {
	return errLater
}
