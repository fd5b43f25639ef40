package server

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/protocol"
)

// maxBody is the text of a message (command.MaxTextBytes) and 32 KiB for the rest
// of it: 5 KiB of attributes, the ids, and JSON's escapes.
const maxBody = 96 << 10

type postMessage struct {
	Channel string `path:"channel" maxLength:"253" doc:"The Channel's name." example:"facebook-page"`
	Body    protocol.PostMessage
}

type receipt struct{ Body protocol.Receipt }

type endSession struct {
	Channel  string `path:"channel" maxLength:"253" doc:"The Channel's name."`
	Customer string `path:"customer" maxLength:"256" doc:"The customer's id in the channel, percent-encoded."`
}

type sessionEnd struct{ Body protocol.SessionEnd }

type putPresence struct {
	Channel  string `path:"channel" maxLength:"253" doc:"The Channel's name."`
	Customer string `path:"customer" minLength:"1" maxLength:"256" doc:"The customer's id in the channel, percent-encoded."`
	Body     protocol.PutPresence
}

// connectors are the operations of whoever brings customers' messages.
func (s *Server) connectors(api huma.API) {
	register(api, operation{
		id: "post-message", method: http.MethodPost, path: "/v1/channels/{channel}/messages",
		by: connector, middleware: s.connectorOnly, maxBody: maxBody,
		summary: "Post a customer's message",
		description: "Opens a request for the customer, or joins the one that is open (INV5). When it is answered, the message is on disk. " +
			"Repeat it with the same id after any doubt: the same id has one effect.",
		problems: []protocol.ProblemType{
			protocol.ProblemMalformed, protocol.ProblemTimeout, protocol.ProblemUnknownChannel, protocol.ProblemTooLarge, protocol.ProblemMediaType,
			protocol.ProblemInvalid, protocol.ProblemNotPull, protocol.ProblemListUnavailable, protocol.ProblemStoreFull,
		},
	}, func(ctx context.Context, in *postMessage) (*receipt, error) {
		if err := tooLarge(in.Body.Text); err != nil {
			return nil, err
		}
		r, err := s.Executor.Receive(ctx, in.Channel, in.Body)
		s.Metrics.MessageReceived(in.Channel, outcomeOf(r, err))
		return &receipt{r}, s.answer(ctx, err)
	})
	register(api, operation{
		id: "end-session", method: http.MethodPost, path: "/v1/channels/{channel}/sessions/{customer}/end",
		by: connector, middleware: s.connectorOnly,
		summary:     "End a customer's session",
		description: "Closes the customer's open request with the reason CUSTOMER (T21). Where none is open there is nothing to do, which is no error.",
		problems: []protocol.ProblemType{
			protocol.ProblemUnknownChannel, protocol.ProblemUnknownRequest, protocol.ProblemInvalid,
		},
	}, func(ctx context.Context, in *endSession) (*sessionEnd, error) {
		outcome, err := s.Executor.EndSession(ctx, in.Channel, in.Customer)
		return &sessionEnd{protocol.SessionEnd{Outcome: outcome}}, s.answer(ctx, err)
	})
	register(api, operation{
		id: "put-presence", method: http.MethodPut, path: "/v1/channels/{channel}/customers/{customer}/presence",
		by: connector, middleware: s.connectorOnly, maxBody: maxBody,
		summary:     "Say whether a customer is there",
		description: "Shown to agents with the customer's request, and told to its members. It counts for 24 hours, unless it is put again. It opens nothing and moves no clock.",
		problems:    append([]protocol.ProblemType{protocol.ProblemUnknownChannel, protocol.ProblemInvalid, protocol.ProblemStoreFull}, withBody...),
	}, func(ctx context.Context, in *putPresence) (*struct{}, error) {
		return nil, s.answer(ctx, s.Executor.PutPresence(ctx, in.Channel, in.Customer, in.Body))
	})
}

// outcomeOf is what a metric says of a message.
func outcomeOf(r protocol.Receipt, err error) string {
	var refused *command.Error
	switch {
	case errors.As(err, &refused):
		return string(refused.Reason)
	case err != nil:
		return "internal"
	case r.Duplicate:
		return "duplicate"
	}
	return string(r.Outcome)
}
