package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/pullmode/operator/runtime/protocol"
)

type (
	alerts struct{ Body protocol.Alerts }

	dismissal struct {
		ID string `path:"request" maxLength:"64" doc:"The id of the request whose alert it is."`
		Keyed
	}
)

// alerts are the operations on what asks an agent for attention.
func (s *Server) alerts(api huma.API) {
	register(api, operation{
		id: "list-alerts", method: http.MethodGet, path: "/v1/alerts", by: agent, middleware: s.agentOnly,
		summary:     "List alerts",
		description: "The requests whose alerts stand for you, oldest first: those that you have neither joined nor dismissed (N6).",
	}, func(ctx context.Context, _ *nothing) (*alerts, error) {
		box := s.inbox(ctx)
		return &alerts{protocol.Alerts{Alerts: box.Alerts(s.Now()), Cursor: box.Cursor()}}, nil
	})
	register(api, operation{
		id: "dismiss-alert", method: http.MethodDelete, path: "/v1/alerts/{request}", by: agent, middleware: s.agentOnly,
		summary:     "Dismiss an alert",
		description: "For you alone, on all of your devices and for good; the request stays as it is, and you can join it later (N5). To dismiss what does not stand is no error.",
		problems:    []protocol.ProblemType{protocol.ProblemInvalid},
	}, func(ctx context.Context, in *dismissal) (*struct{}, error) {
		return nil, s.answer(ctx, s.Executor.Dismiss(ctx, callerOf(ctx).Agent, in.ID))
	})
	register(api, operation{
		id: "dismiss-alerts", method: http.MethodDelete, path: "/v1/alerts", by: agent, middleware: s.agentOnly,
		summary:     "Dismiss all alerts",
		description: "Every alert that stands for you at this moment (N5).",
		problems:    []protocol.ProblemType{protocol.ProblemInvalid},
	}, func(ctx context.Context, _ *Keyed) (*struct{}, error) {
		return nil, s.answer(ctx, s.Executor.DismissAll(ctx, callerOf(ctx).Agent))
	})
}
