package client

import (
	"context"
	"net/http"

	"github.com/pullmode/operator/runtime/protocol"
)

// Alerts are the requests whose alerts stand for the agent, oldest first.
func (a *Agent) Alerts(ctx context.Context) (protocol.Alerts, error) {
	var alerts protocol.Alerts
	err := a.do(ctx, call{method: http.MethodGet, path: []string{"v1", "alerts"}}, &alerts)
	return alerts, err
}

// Dismiss dismisses the alert of a request, on all of the agent's devices. To
// dismiss what does not stand is no error (N5).
func (a *Agent) Dismiss(ctx context.Context, id string) error {
	return a.do(ctx, keyed(http.MethodDelete, nil, "alerts", id), nil)
}

// DismissAll dismisses every alert that stands for the agent now.
func (a *Agent) DismissAll(ctx context.Context) error {
	return a.do(ctx, keyed(http.MethodDelete, nil, "alerts"), nil)
}
