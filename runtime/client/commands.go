package client

import (
	"context"
	"net/http"

	"github.com/oklog/ulid/v2"

	"github.com/pullmode/operator/runtime/protocol"
)

// Join makes the agent a member of a request (T07, T08, T11). On a Grab list the
// first to join has it: for everybody else the problem is ProblemGrabbed (T09).
func (a *Agent) Join(ctx context.Context, id string) (protocol.Result, error) {
	return a.post(ctx, id, "join", nil)
}

// Leave ends that (T14, T15).
func (a *Agent) Leave(ctx context.Context, id string) (protocol.Result, error) {
	return a.post(ctx, id, "leave", nil)
}

// Close ends a request for everybody (T18).
func (a *Agent) Close(ctx context.Context, id string) (protocol.Result, error) {
	return a.post(ctx, id, "close", nil)
}

// Say sends a message to the customer of a request that the agent has joined. It
// is on disk then, and on its way; that it does not arrive is told by the feed
// (T32).
func (a *Agent) Say(ctx context.Context, id string, m protocol.Say) (protocol.Result, error) {
	return a.post(ctx, id, "messages", m)
}

// Transfer moves a request to another list, as a new request (T28); or offers the
// agent's own place in it to another agent (T29).
func (a *Agent) Transfer(ctx context.Context, id string, to protocol.Target) (protocol.Result, error) {
	return a.post(ctx, id, "transfer", to)
}

// Invite offers a place beside the agent's own to another agent, or to whoever of
// a list accepts first (T31).
func (a *Agent) Invite(ctx context.Context, id string, to protocol.Target) (protocol.Result, error) {
	return a.post(ctx, id, "invite", to)
}

// WrapUp says what a request was about, while the agent is in it or a short while
// after (T33).
func (a *Agent) WrapUp(ctx context.Context, id string, w protocol.WrapUp) (protocol.Result, error) {
	return a.post(ctx, id, "wrap-up", w)
}

// RemoveMember ends the membership of another agent, as an Admin of the list.
func (a *Agent) RemoveMember(ctx context.Context, id, member string) (protocol.Result, error) {
	return a.command(ctx, http.MethodDelete, nil, "requests", id, "members", member)
}

// Logout ends all of the agent's memberships (T27).
func (a *Agent) Logout(ctx context.Context) (protocol.LoggedOut, error) {
	var out protocol.LoggedOut
	err := a.do(ctx, keyed(http.MethodPost, nil, "logout"), &out)
	return out, err
}

func (a *Agent) post(ctx context.Context, id, name string, body any) (protocol.Result, error) {
	return a.command(ctx, http.MethodPost, body, "requests", id, name)
}

func (a *Agent) command(ctx context.Context, method string, body any, path ...string) (protocol.Result, error) {
	var result protocol.Result
	err := a.do(ctx, keyed(method, body, path...), &result)
	return result, err
}

// keyed has one key for all attempts of one call, so that the second finds the
// first one's answer (T13, G2).
func keyed(method string, body any, path ...string) call {
	return call{
		method: method, path: append([]string{"v1"}, path...), body: body,
		header: http.Header{"Idempotency-Key": {ulid.Make().String()}},
	}
}
