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
	nothing struct{}

	me struct{ Body protocol.Me }

	list struct {
		List string `path:"list" maxLength:"253" doc:"The Worklist's name."`
	}

	query struct {
		Lists    []string        `query:"list,explode" maxItems:"256" doc:"Only these lists; repeat it for several. Without it, those that you are subscribed to."`
		States   []request.State `query:"state,explode" maxItems:"3" enum:"UNREAD,ACTIVE,INACTIVE" doc:"Only in these states; repeat it for several."`
		Joined   optional[bool]  `query:"joined" doc:"Only requests that you have joined, or have not."`
		Bucket   request.Bucket  `query:"attention" enum:"Normal,Soon,Overdue" doc:"Only requests whose customers have waited that long."`
		Limit    int             `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"How many at most."`
		Continue string          `query:"continue" maxLength:"256" doc:"What the page before gave."`
	}
	page struct{ Body protocol.Page }

	requestID struct {
		ID string `path:"id" maxLength:"64" doc:"The request's id."`
	}
	conversation struct{ Body protocol.Conversation }

	agentCommand struct {
		ID  string `path:"id" maxLength:"64" doc:"The request's id."`
		Key string `header:"Idempotency-Key" maxLength:"128" doc:"Your own name for this command. Repeated with the same one, it gets its first answer and has no second effect."`
	}
	result struct{ Body protocol.Result }
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

func (s *Server) requests(api huma.API) {
	register(api, operation{
		id: "list-requests", method: http.MethodGet, path: "/v1/requests", by: agent, middleware: s.agentOnly,
		summary:     "List open requests",
		description: "A page of the open requests, oldest first. The cursor says what it reflects: a feed from that cursor goes on from here.",
		problems:    []protocol.ProblemType{protocol.ProblemUnknownList, protocol.ProblemInvalid},
	}, func(ctx context.Context, in *query) (*page, error) {
		p, err := s.inbox(ctx).Page(inbox.Query{
			Lists: in.Lists, States: in.States, Joined: in.Joined.pointer(), Bucket: in.Bucket,
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

func (s *Server) commands(api huma.API) {
	commands := []struct {
		id, summary, description string
		run                      func(context.Context, inbox.Agent, string, string) (protocol.Result, error)
		problems                 []protocol.ProblemType
	}{
		{
			"join", "Join a request",
			"You become a member, the request becomes ACTIVE, and you get the last messages. To join twice is to join once (T13).",
			s.Executor.Join, []protocol.ProblemType{protocol.ProblemGone, protocol.ProblemFull},
		},
		{
			"leave", "Leave a request",
			"You are a member no longer. The last one to leave makes the request INACTIVE (T15).",
			s.Executor.Leave, []protocol.ProblemType{protocol.ProblemNotAMember},
		},
		{
			"close", "Close a request",
			"Ends the request for everybody, where the list's closePolicy lets you (T18). To close twice is to close once.",
			s.Executor.Close, []protocol.ProblemType{protocol.ProblemForbidden},
		},
	}
	for _, c := range commands {
		register(api, operation{
			id: c.id, method: http.MethodPost, path: "/v1/requests/{id}/" + c.id, by: agent, middleware: s.agentOnly,
			summary: c.summary, description: c.description,
			problems: append(c.problems, protocol.ProblemUnknownRequest, protocol.ProblemInvalid),
		}, func(ctx context.Context, in *agentCommand) (*result, error) {
			r, err := c.run(ctx, callerOf(ctx).Agent, in.ID, in.Key)
			return &result{r}, s.answer(ctx, err)
		})
	}
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
