package server

import (
	"context"
	"fmt"

	"github.com/danielgtaylor/huma/v2"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
)

// messages is how members answer customers.
func (s *Server) messages(api huma.API) {
	onRequestWith(s, api, operation{
		id: "say", path: "/v1/requests/{id}/messages", summary: "Answer the customer",
		description: "A message of a member to the customer. When it is answered, it is on disk and on its way to the channel's outbound address; " +
			"one that cannot be delivered comes back in the feed as a `request.message` with `delivery: failed`.",
		problems: []protocol.ProblemType{
			protocol.ProblemNotAMember, protocol.ProblemGone, protocol.ProblemTooLong, protocol.ProblemNoOutbound,
		},
	}, func(ctx context.Context, a inbox.Agent, id, key string, m protocol.Say) (protocol.Result, error) {
		if err := tooLarge(m.Text); err != nil {
			return protocol.Result{}, err
		}
		return s.Executor.Say(ctx, a, id, key, m)
	})
}

// tooLarge refuses a text of a size that a request cannot keep.
func tooLarge(text string) error {
	if len(text) <= command.MaxTextBytes {
		return nil
	}
	return problem(protocol.ProblemTooLarge, fmt.Sprintf("the text has %d bytes, the limit is %d: split the message, or send an address of what is large", len(text), command.MaxTextBytes))
}
