package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
)

type (
	nothing struct{}

	me struct{ Body protocol.Me }

	list struct {
		List string `path:"list" maxLength:"253" doc:"The Worklist's name."`
	}
)

// agents are the operations of whoever answers customers.
func (s *Server) agents(api huma.API) {
	register(api, operation{
		id: "me", method: http.MethodGet, path: "/v1/me", by: agent, middleware: s.agentOnly,
		summary:     "Who I am",
		description: "Your name and groups as your token says, the lists that there are for you, and how many requests you hold.",
	}, func(ctx context.Context, _ *nothing) (*me, error) {
		return &me{s.inbox(ctx).Me()}, nil
	})
	s.subscriptions(api)
	s.requests(api)
	s.commands(api)
	s.messages(api)
	s.offers(api)
	s.alerts(api)
}

func (s *Server) inbox(ctx context.Context) *inbox.Inbox {
	return inbox.Of(s.View, callerOf(ctx).Agent)
}

func (s *Server) subscriptions(api huma.API) {
	unknown := []protocol.ProblemType{protocol.ProblemUnknownList, protocol.ProblemInvalid}
	register(api, operation{
		id: "subscribe", method: http.MethodPut, path: "/v1/lists/{list}/subscription", by: agent, middleware: s.agentOnly,
		summary:     "Subscribe to a list",
		description: "From now on the list's events are in your feed, after a snapshot of what is open on it (N2). To subscribe twice is to subscribe once.",
		problems:    unknown,
	}, func(ctx context.Context, in *list) (*struct{}, error) {
		return nil, s.answer(ctx, s.Executor.Subscribe(ctx, callerOf(ctx).Agent, in.List))
	})
	register(api, operation{
		id: "unsubscribe", method: http.MethodDelete, path: "/v1/lists/{list}/subscription", by: agent, middleware: s.agentOnly,
		summary:     "Unsubscribe from a list",
		description: "Its events leave your feed. Requests that you have joined stay yours (N3).",
		problems:    unknown,
	}, func(ctx context.Context, in *list) (*struct{}, error) {
		return nil, s.answer(ctx, s.Executor.Unsubscribe(ctx, callerOf(ctx).Agent, in.List))
	})
}
