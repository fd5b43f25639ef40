package command

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Logout ends every membership of an agent who goes home (T27). What cannot be
// left does not keep the rest: all that can be done is done, and the errors are
// joined.
func (x *Executor) Logout(ctx context.Context, agent inbox.Agent, key string) (protocol.LoggedOut, error) {
	out := protocol.LoggedOut{Left: []string{}}
	if _, err := x.config(); err != nil {
		return out, err
	}
	if err := x.catchUp(ctx); err != nil {
		return out, err
	}
	var mu sync.Mutex
	var failures []error
	var wg sync.WaitGroup
	for _, d := range x.View.Joined(agent.Name) {
		wg.Go(func() {
			result, err := x.carryOut(ctx, order{kind: request.Logout, agent: agent, id: d.ID, key: key})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil && result.Outcome == request.Left:
				out.Left = append(out.Left, d.ID)
			case err == nil, reasonOf(err) == NotAMember, reasonOf(err) == UnknownRequest: // somebody else let them go
			default:
				failures = append(failures, err)
			}
		})
	}
	wg.Wait()
	slices.Sort(out.Left)
	return out, errors.Join(failures...)
}
