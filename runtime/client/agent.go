package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Agent sees and answers requests in an agent's name.
type Agent struct{ *api }

// NewAgent speaks for the agent that token names, to the runtime at base.
func NewAgent(base string, token TokenSource, o Options) (*Agent, error) {
	a, err := newAPI(base, token, o)
	if err != nil {
		return nil, err
	}
	return &Agent{a}, nil
}

// Me says who the agent is to the runtime.
func (a *Agent) Me(ctx context.Context) (protocol.Me, error) {
	var me protocol.Me
	err := a.do(ctx, call{method: http.MethodGet, path: []string{"v1", "me"}}, &me)
	return me, err
}

// Subscribe makes a list's events the agent's (N2).
func (a *Agent) Subscribe(ctx context.Context, list string) error {
	return a.subscription(ctx, http.MethodPut, list)
}

// Unsubscribe ends that; requests that were joined stay (N3).
func (a *Agent) Unsubscribe(ctx context.Context, list string) error {
	return a.subscription(ctx, http.MethodDelete, list)
}

func (a *Agent) subscription(ctx context.Context, method, list string) error {
	return a.do(ctx, call{method: method, path: []string{"v1", "lists", list, "subscription"}}, nil)
}

// Query chooses requests; the zero value means all open ones of the lists that
// the agent is subscribed to.
type Query struct {
	Lists  []string
	States []request.State
	// Joined: only those that the agent is, or is not, a member of.
	Joined *bool
	// Attention: only those whose customers have waited that long.
	Attention request.Bucket
	// Coverage: only those that somebody looks after, or nobody does.
	Coverage request.Coverage
	// Channels: only of these.
	Channels []string
	// Online: only those whose customers are there, or are not, as the connector says.
	Online *bool
	// Limit is how many a page has, 1 to 500; 0 leaves it to the runtime.
	Limit int
	// Continue is where the page before ended.
	Continue string
}

func (q Query) values() url.Values {
	v := url.Values{}
	for _, l := range q.Lists {
		v.Add("list", l)
	}
	for _, s := range q.States {
		v.Add("state", string(s))
	}
	if q.Joined != nil {
		v.Set("joined", strconv.FormatBool(*q.Joined))
	}
	if q.Attention != "" {
		v.Set("attention", string(q.Attention))
	}
	if q.Coverage != "" {
		v.Set("coverage", string(q.Coverage))
	}
	for _, c := range q.Channels {
		v.Add("channel", c)
	}
	if q.Online != nil {
		v.Set("online", strconv.FormatBool(*q.Online))
	}
	if q.Limit > 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	if q.Continue != "" {
		v.Set("continue", q.Continue)
	}
	return v
}

// Page is one page of open requests, oldest first.
func (a *Agent) Page(ctx context.Context, q Query) (protocol.Page, error) {
	var page protocol.Page
	err := a.do(ctx, call{method: http.MethodGet, path: []string{"v1", "requests"}, query: q.values()}, &page)
	return page, err
}

// Requests goes through all pages. Each page is of its own moment; follow the feed
// from the cursor of the first Page for what happens meanwhile.
func (a *Agent) Requests(ctx context.Context, q Query) iter.Seq2[*protocol.Request, error] {
	return func(yield func(*protocol.Request, error) bool) {
		for {
			page, err := a.Page(ctx, q)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, r := range page.Requests {
				if !yield(r, nil) {
					return
				}
			}
			if page.Continue == "" {
				return
			}
			q.Continue = page.Continue
		}
	}
}

// Request shows a request and the last messages of it.
func (a *Agent) Request(ctx context.Context, id string) (protocol.Conversation, error) {
	var c protocol.Conversation
	err := a.do(ctx, call{method: http.MethodGet, path: []string{"v1", "requests", id}}, &c)
	return c, err
}
