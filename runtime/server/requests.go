package server

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

type (
	query struct {
		Lists    []string         `query:"list,explode" maxItems:"256" doc:"Only these lists; repeat it for several. Without it, those that you are subscribed to."`
		Channels []string         `query:"channel,explode" maxItems:"256" doc:"Only of these channels; repeat it for several."`
		States   []request.State  `query:"state,explode" maxItems:"3" enum:"UNREAD,ACTIVE,INACTIVE" doc:"Only in these states; repeat it for several."`
		Joined   optional[bool]   `query:"joined" doc:"Only requests that you have joined, or have not."`
		Online   optional[bool]   `query:"online" doc:"Only requests whose customers are there, or are not: of whom the connector says nothing is not there."`
		Bucket   request.Bucket   `query:"attention" enum:"Normal,Soon,Overdue" doc:"Only requests whose customers have waited that long."`
		Coverage request.Coverage `query:"coverage" enum:"RepNeeded,Pending,None" doc:"Only requests with an unanswered message and nobody in them (RepNeeded), or somebody (Pending), or without one (None)."`
		Limit    int              `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"How many at most."`
		Continue string           `query:"continue" maxLength:"256" doc:"What the page before gave."`
	}
	page struct{ Body protocol.Page }

	requestID struct {
		ID string `path:"id" maxLength:"64" doc:"The request's id."`
	}
	conversation struct{ Body protocol.Conversation }
)

func (s *Server) requests(api huma.API) {
	register(api, operation{
		id: "list-requests", method: http.MethodGet, path: "/v1/requests", by: agent, middleware: s.agentOnly,
		summary:     "List open requests",
		description: "A page of the open requests, oldest first. The cursor says what it reflects: a feed from that cursor goes on from here.",
		problems:    []protocol.ProblemType{protocol.ProblemUnknownList, protocol.ProblemInvalid},
	}, func(ctx context.Context, in *query) (*page, error) {
		p, err := s.inbox(ctx).Page(inbox.Query{
			Lists: in.Lists, Channels: in.Channels, States: in.States, Joined: in.Joined.pointer(), Online: in.Online.pointer(),
			Bucket: in.Bucket, Coverage: in.Coverage,
			Limit: in.Limit, Continue: in.Continue, Now: s.Now(),
		})
		return &page{p}, s.answer(ctx, err)
	})
	register(api, operation{
		id: "get-request", method: http.MethodGet, path: "/v1/requests/{id}", by: agent, middleware: s.agentOnly,
		summary:     "Show a request",
		description: "The request and the last messages of its conversation. One that is not on a list of yours does not exist for you.",
		problems:    []protocol.ProblemType{protocol.ProblemUnknownRequest, protocol.ProblemInvalid},
	}, func(ctx context.Context, in *requestID) (*conversation, error) {
		c, err := s.Executor.Conversation(ctx, callerOf(ctx).Agent, in.ID)
		return &conversation{c}, s.answer(ctx, err)
	})
}

// optional is a parameter that tells absent from zero.
type optional[T any] struct {
	value T
	set   bool
}

// The framework fills and documents the value, and says whether it was there.
func (o *optional[T]) Receiver() reflect.Value { return reflect.ValueOf(&o.value).Elem() }
func (o *optional[T]) OnParamSet(set bool, _ any) {
	o.set = set
}
func (o optional[T]) Schema(r huma.Registry) *huma.Schema {
	return huma.SchemaFromType(r, reflect.TypeFor[T]())
}

func (o optional[T]) pointer() *T {
	if !o.set {
		return nil
	}
	return &o.value
}
