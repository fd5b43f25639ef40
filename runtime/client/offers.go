package client

import (
	"context"
	"net/http"

	"github.com/pullmode/operator/runtime/protocol"
)

// Offers are those that stand for the agent, and those that the agent has made.
func (a *Agent) Offers(ctx context.Context) (protocol.Offers, error) {
	var offers protocol.Offers
	err := a.do(ctx, call{method: http.MethodGet, path: []string{"v1", "offers"}}, &offers)
	return offers, err
}

// TransferTargets are to whom a request can be transferred or offered.
func (a *Agent) TransferTargets(ctx context.Context) (protocol.TransferTargets, error) {
	var targets protocol.TransferTargets
	err := a.do(ctx, call{method: http.MethodGet, path: []string{"v1", "transfer-targets"}}, &targets)
	return targets, err
}

// Accept takes an offer: the agent is a member then (T29, T31).
func (a *Agent) Accept(ctx context.Context, offer string) (protocol.Result, error) {
	return a.command(ctx, http.MethodPost, nil, "offers", offer, "accept")
}

// Decline turns an offer down; nothing changes for its sender (T30).
func (a *Agent) Decline(ctx context.Context, offer string) (protocol.Result, error) {
	return a.command(ctx, http.MethodPost, nil, "offers", offer, "decline")
}

// Withdraw takes an offer of the agent's own back.
func (a *Agent) Withdraw(ctx context.Context, offer string) (protocol.Result, error) {
	return a.command(ctx, http.MethodDelete, nil, "offers", offer)
}
