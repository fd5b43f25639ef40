package contract

import (
	"context"

	"github.com/pullmode/operator/runtime/hub"
)

// renew takes a new token in the place of the connection's: an addition to the
// contract, for desks that live longer than their tokens. Its groups count at once.
func (d *desk) renew(ctx context.Context, a *ask) (done, error) {
	caller, err := d.face.Gate.Agent(ctx, a.Token)
	if err != nil {
		return done{}, err
	}
	if caller.Name != d.names[0] {
		return done{}, otherAgent(caller.Name)
	}
	d.mu.Lock()
	d.caller = caller
	d.mu.Unlock()
	d.feed.Renew(caller.Agent, hub.VouchedBy(caller.Issuer))
	return done{ExpiresInMs: caller.Until.Sub(d.face.Now()).Milliseconds()}, nil
}
