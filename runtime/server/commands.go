package server

import (
	"cmp"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
)

type (
	// Keyed is what every command has besides what it asks for.
	Keyed struct {
		Key string `header:"Idempotency-Key" maxLength:"128" doc:"Your own name for this command. Repeated with the same one, it gets its first answer and has no second effect."`
	}

	agentCommand struct {
		ID string `path:"id" maxLength:"64" doc:"The request's id."`
		Keyed
	}
	// agentCommandOf is a command that says more than its name.
	agentCommandOf[B any] struct {
		ID string `path:"id" maxLength:"64" doc:"The request's id."`
		Keyed
		Body B
	}
	result struct{ Body protocol.Result }

	removal struct {
		ID     string `path:"id" maxLength:"64" doc:"The request's id."`
		Member string `path:"agent" maxLength:"256" doc:"The member's name, percent-encoded."`
		Keyed
	}

	loggedOut struct{ Body protocol.LoggedOut }
)

// withBody are the problems of every command that has a body.
var withBody = []protocol.ProblemType{
	protocol.ProblemMalformed, protocol.ProblemTimeout, protocol.ProblemTooLarge, protocol.ProblemMediaType,
}

// onRequest registers a command on a request that its name says all of.
func (s *Server) onRequest(api huma.API, o operation, run func(context.Context, inbox.Agent, string, string) (protocol.Result, error)) {
	o.method, o.path = http.MethodPost, cmp.Or(o.path, "/v1/requests/{id}/"+o.id)
	register(api, s.ofAgent(o), func(ctx context.Context, in *agentCommand) (*result, error) {
		r, err := run(ctx, callerOf(ctx).Agent, in.ID, in.Key)
		return &result{r}, s.answer(ctx, err)
	})
}

// onRequestWith registers one that has a body.
func onRequestWith[B any](s *Server, api huma.API, o operation, run func(context.Context, inbox.Agent, string, string, B) (protocol.Result, error)) {
	o.method, o.path = http.MethodPost, cmp.Or(o.path, "/v1/requests/{id}/"+o.id)
	o.maxBody, o.problems = maxBody, append(o.problems, withBody...)
	register(api, s.ofAgent(o), func(ctx context.Context, in *agentCommandOf[B]) (*result, error) {
		r, err := run(ctx, callerOf(ctx).Agent, in.ID, in.Key, in.Body)
		return &result{r}, s.answer(ctx, err)
	})
}

// ofAgent completes an operation on a request that an agent calls.
func (s *Server) ofAgent(o operation) operation {
	o.by, o.middleware = agent, s.agentOnly
	o.problems = append(o.problems, protocol.ProblemUnknownRequest, protocol.ProblemInvalid)
	return o
}

func (s *Server) commands(api huma.API) {
	s.onRequest(api, operation{
		id: "join", summary: "Join a request",
		description: "You become a member, the request becomes ACTIVE, and you get the last messages. To join twice is to join once (T13). " +
			"On a Grab list the first Representative who joins has it; everybody else is told who and when in `details` (T09). " +
			"Where your limit only warns, `warnings` has overCapacity.",
		problems: []protocol.ProblemType{protocol.ProblemGone, protocol.ProblemFull, protocol.ProblemGrabbed, protocol.ProblemAtCapacity},
	}, s.Executor.Join)
	s.onRequest(api, operation{
		id: "leave", summary: "Leave a request",
		description: "You are a member no longer. The last one to leave makes the request INACTIVE (T15).",
		problems:    []protocol.ProblemType{protocol.ProblemNotAMember},
	}, s.Executor.Leave)
	s.onRequest(api, operation{
		id: "close", summary: "Close a request",
		description: "Ends the request for everybody, where the list's closePolicy lets you (T18). To close twice is to close once.",
		problems:    []protocol.ProblemType{protocol.ProblemForbidden},
	}, s.Executor.Close)
	onRequestWith(s, api, operation{
		id: "wrap-up", summary: "Say what a request was about",
		description: "One to five of the list's wrap-up reasons, while you are in the request or until the list's time is over after you left it or it was closed; " +
			"then the default reason is applied (T33). It changes no state and stops no clock.",
		problems: []protocol.ProblemType{protocol.ProblemNotAMember, protocol.ProblemNoWrapUp, protocol.ProblemWrapUpOver, protocol.ProblemFull},
	}, s.Executor.WrapUp)
	s.leaving(api)
}

// leaving are the ways out of requests that are not one's own leave.
func (s *Server) leaving(api huma.API) {
	register(api, s.ofAgent(operation{
		id: "remove-member", method: http.MethodDelete, path: "/v1/requests/{id}/members/{agent}",
		summary:     "Remove a member from a request",
		description: "For Admins of the list: the member leaves at once, as if they had done so themselves.",
		problems:    []protocol.ProblemType{protocol.ProblemForbidden, protocol.ProblemNotAMember},
	}), func(ctx context.Context, in *removal) (*result, error) {
		r, err := s.Executor.RemoveMember(ctx, callerOf(ctx).Agent, in.ID, in.Member, in.Key)
		return &result{r}, s.answer(ctx, err)
	})
	register(api, operation{
		id: "logout", method: http.MethodPost, path: "/v1/logout", by: agent, middleware: s.agentOnly,
		summary:     "Go home",
		description: "You leave every request that you have joined, at once and not after the grace that a lost connection has (T27). Your feeds go on until you end them.",
		problems:    []protocol.ProblemType{protocol.ProblemInvalid},
	}, func(ctx context.Context, in *Keyed) (*loggedOut, error) {
		out, err := s.Executor.Logout(ctx, callerOf(ctx).Agent, in.Key)
		return &loggedOut{out}, s.answer(ctx, err)
	})
}
