package server

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
)

type (
	offerCommand struct {
		ID string `path:"id" maxLength:"96" doc:"The offer's id."`
		Keyed
	}
	offers  struct{ Body protocol.Offers }
	targets struct{ Body protocol.TransferTargets }
)

// offers are the ways in which a request goes from one agent or list to another.
func (s *Server) offers(api huma.API) {
	toSomebody := []protocol.ProblemType{
		protocol.ProblemNotAMember, protocol.ProblemNotActive, protocol.ProblemGone, protocol.ProblemUnknownList,
		protocol.ProblemListUnavailable, protocol.ProblemUnknownAgent, protocol.ProblemAgentOffline, protocol.ProblemTooManyOffers,
		protocol.ProblemFull,
	}
	onRequestWith(s, api, operation{
		id: "transfer", summary: "Transfer a request",
		description: "To a list: the request is closed with the reason TRANSFERRED, and its customer goes on as a new one on that list, with the same messages (T28); members may, and Admins of the list. " +
			"To an agent: your place is offered to them, and is yours until they accept; nothing is lost when they do not (T29, T30).",
		problems: append(slices.Clone(toSomebody), protocol.ProblemForbidden),
	}, s.Executor.Transfer)
	onRequestWith(s, api, operation{
		id: "invite", summary: "Invite somebody into a request",
		description: "Offers a place beside yours to an agent, or to everybody who is subscribed to a list, of whom the first to accept has it (T31). Also where somebody has grabbed the request.",
		problems:    toSomebody,
	}, s.Executor.Invite)
	s.answers(api)
	register(api, operation{
		id: "list-offers", method: http.MethodGet, path: "/v1/offers", by: agent, middleware: s.agentOnly,
		summary:     "List offers",
		description: "Those that stand for you, and those that you have made.",
	}, func(ctx context.Context, _ *nothing) (*offers, error) {
		box := s.inbox(ctx)
		return &offers{protocol.Offers{Offers: box.Offers(s.Now()), Cursor: box.Cursor()}}, nil
	})
	register(api, operation{
		id: "transfer-targets", method: http.MethodGet, path: "/v1/transfer-targets", by: agent, middleware: s.agentOnly,
		summary:     "List to whom requests can be transferred",
		description: "The lists that take requests, and the agents who are connected.",
	}, func(ctx context.Context, _ *nothing) (*targets, error) {
		return &targets{s.inbox(ctx).Targets()}, nil
	})
}

// answers are what can be said to an offer.
func (s *Server) answers(api huma.API) {
	for _, a := range []struct {
		operation
		run func(context.Context, inbox.Agent, string, string) (protocol.Result, error)
	}{
		{operation{
			id: "accept-offer", method: http.MethodPost, path: "/v1/offers/{id}/accept", summary: "Accept an offer",
			description: "You become a member, and get the last messages. Of a transfer the sender leaves in the same step (T29).",
			problems:    []protocol.ProblemType{protocol.ProblemGone, protocol.ProblemFull, protocol.ProblemAtCapacity},
		}, s.Executor.Accept},
		{operation{
			id: "decline-offer", method: http.MethodPost, path: "/v1/offers/{id}/decline", summary: "Decline an offer",
			description: "It is yours no more, and its sender is told. One to a list stands for the others of the list.",
			problems:    []protocol.ProblemType{protocol.ProblemFull},
		}, s.Executor.Decline},
		{operation{
			id: "withdraw-offer", method: http.MethodDelete, path: "/v1/offers/{id}", summary: "Withdraw an offer",
			description: "Takes an offer of your own back.",
		}, s.Executor.Withdraw},
	} {
		a.by, a.middleware = agent, s.agentOnly
		a.problems = append(a.problems, protocol.ProblemUnknownOffer, protocol.ProblemOfferOver, protocol.ProblemInvalid)
		register(api, a.operation, func(ctx context.Context, in *offerCommand) (*result, error) {
			r, err := a.run(ctx, callerOf(ctx).Agent, in.ID, in.Key)
			return &result{r}, s.answer(ctx, err)
		})
	}
}
