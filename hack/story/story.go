// Package story plays the product's first story against a running runtime, and
// holds every step of it: a customer comments on the company's Facebook page, two
// agents are told, join, leave, and one of them closes (seeds/001).
//
// The demo shows it to people, the end-to-end suite runs it as a test.
package story

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/issuer"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Stage is where the story plays.
type Stage struct {
	// Runtime and Issuer are the URLs at which the two answer from here.
	Runtime, Issuer string
	// Channel and Key are the Facebook channel and its connector's key.
	Channel, Key string
	// List is where the channel's requests land.
	List string
	// Agents are the two who are subscribed to the list.
	Agents [2]string
	// Out is where the story is told.
	Out io.Writer
}

// patience is how long one step may take; it is far more than it needs.
const patience = time.Minute

// Play plays the story and returns at the first thing that is not as it should be.
func (s Stage) Play(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	facebook, err := client.NewConnector(s.Runtime, s.Channel, s.Key, client.Options{})
	if err != nil {
		return err
	}
	defer facebook.CloseIdle()
	var agents [2]*agent
	for i, name := range s.Agents {
		if agents[i], err = s.seat(ctx, name); err != nil {
			return fmt.Errorf("%s takes a seat: %w", name, err)
		}
		defer agents[i].api.CloseIdle()
	}
	p := &play{Stage: s, facebook: facebook, first: agents[0], second: agents[1], customer: "john.williams." + stamp()}
	for number, step := range []struct {
		title string
		do    func(context.Context) error
	}{
		{"John Williams comments on the company's Facebook page: it lands on the list, UNREAD, and both agents are notified", p.comment},
		{s.Agents[0] + " joins: ACTIVE, and sees what John wrote", p.join},
		{s.Agents[1] + " joins as well: still ACTIVE, now with two", p.joinToo},
		{"both leave: still ACTIVE after the first, INACTIVE after the second", p.leave},
		{"John writes again: the request is on the list already, so nobody is notified anew", p.writeAgain},
		{s.Agents[0] + " joins again, having been told of nothing in between, and reads what John wrote", p.rejoin},
		{s.Agents[0] + " closes: CLOSED, and the row goes from every inbox", p.close},
	} {
		fmt.Fprintf(s.Out, "\n%d. %s\n", number+1, step.title)
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("step %d (%s): %w", number+1, step.title, err)
		}
	}
	return nil
}

// stamp keeps the customers of two plays on one runtime apart.
func stamp() string { return fmt.Sprint(time.Now().UnixMilli()) }

// play is one play of the story.
type play struct {
	Stage
	facebook      *client.Connector
	first, second *agent
	customer      string
	request       string
}

func (p *play) post(ctx context.Context, id, text string, want request.Outcome) error {
	receipt, err := p.facebook.Post(ctx, protocol.PostMessage{
		ID: p.customer + "." + id, Text: text,
		Customer: protocol.Customer{ID: p.customer, Name: "John Williams"},
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(p.Out, "   %-8s -> %q on channel %s: %s, on list %s\n", "John", text, p.Channel, receipt.Outcome, receipt.List)
	if receipt.Outcome != want || receipt.List != p.List || (p.request != "" && receipt.Request != p.request) {
		return fmt.Errorf("the connector was answered %+v; wanted %s, on list %s", receipt, want, p.List)
	}
	p.request = receipt.Request
	return nil
}

func (p *play) comment(ctx context.Context) error {
	if err := p.post(ctx, "1", "Is the new phone in stock?", request.Opened); err != nil {
		return err
	}
	return p.both(protocol.EventReceived, request.Unread, 0)
}

func (p *play) join(ctx context.Context) error {
	result, err := p.first.api.Join(ctx, p.request)
	if err != nil {
		return err
	}
	if len(result.Messages) != 1 {
		return fmt.Errorf("the join shows %d messages, wanted the one that John wrote", len(result.Messages))
	}
	fmt.Fprintf(p.Out, "   %-8s reads %q\n", p.first.name, result.Messages[0].Text)
	return p.both(protocol.EventStateChanged, request.Active, 1)
}

func (p *play) joinToo(ctx context.Context) error {
	if _, err := p.second.api.Join(ctx, p.request); err != nil {
		return err
	}
	return p.both(protocol.EventMembersChanged, request.Active, 2)
}

func (p *play) leave(ctx context.Context) error {
	if _, err := p.first.api.Leave(ctx, p.request); err != nil {
		return err
	}
	if err := p.both(protocol.EventStateChanged, request.Active, 1); err != nil {
		return err
	}
	if _, err := p.second.api.Leave(ctx, p.request); err != nil {
		return err
	}
	return p.both(protocol.EventStateChanged, request.Inactive, 0)
}

func (p *play) writeAgain(ctx context.Context) error {
	return p.post(ctx, "2", "Hello? Anybody there?", request.Appended)
}

// rejoin shows the silence of the step before, too: events come in order, so had
// there been one it would come first.
func (p *play) rejoin(ctx context.Context) error {
	result, err := p.first.api.Join(ctx, p.request)
	if err != nil {
		return err
	}
	if len(result.Messages) != 2 {
		return fmt.Errorf("the join shows %d messages, wanted both that John wrote", len(result.Messages))
	}
	fmt.Fprintf(p.Out, "   %-8s reads %q\n", p.first.name, result.Messages[1].Text)
	return p.both(protocol.EventStateChanged, request.Active, 1)
}

func (p *play) close(ctx context.Context) error {
	if _, err := p.first.api.Close(ctx, p.request); err != nil {
		return err
	}
	if err := p.both(protocol.EventStateChanged, request.Closed, 0); err != nil {
		return err
	}
	_, err := p.second.api.Join(ctx, p.request)
	if !client.IsProblem(err, protocol.ProblemGone) {
		return fmt.Errorf("a join after the close was answered %v, wanted %s", err, protocol.ProblemGone)
	}
	fmt.Fprintf(p.Out, "   %-8s would join, and is told that it is gone\n", p.second.name)
	return nil
}

// both waits for the next event of each agent, which has to be this one.
func (p *play) both(kind protocol.EventType, state request.State, members int) error {
	for _, a := range []*agent{p.first, p.second} {
		e, err := a.next(p.request)
		if err != nil {
			return fmt.Errorf("%s waits for %s: %w", a.name, kind, err)
		}
		fmt.Fprintf(p.Out, "   %-8s <- %s: %s on %s is %s, members %v\n", a.name, e.Type, e.Request.Customer.Name, e.List, e.Request.State, names(e.Request.Members))
		if e.Type != kind || e.Request.State != state || len(e.Request.Members) != members {
			return fmt.Errorf("%s was told %s, %s with %d members; wanted %s, %s with %d", a.name, e.Type, e.Request.State, len(e.Request.Members), kind, state, members)
		}
	}
	return nil
}

func names(members []request.Member) []string {
	agents := []string{}
	for _, m := range members {
		agents = append(agents, m.Agent)
	}
	return agents
}

// agent is one agent at their desk.
type agent struct {
	name   string
	api    *client.Agent
	events chan *protocol.Event
	failed chan error
}

// seat signs an agent in and follows their feed; it returns when the feed has
// begun, so that whatever comes now is told.
func (s Stage) seat(ctx context.Context, name string) (*agent, error) {
	tokens := issuer.TokenSource(ctx, s.Issuer, name, nil)
	api, err := client.NewAgent(s.Runtime, client.OAuth2(tokens), client.Options{})
	if err != nil {
		return nil, err
	}
	a := &agent{name: name, api: api, events: make(chan *protocol.Event, 100), failed: make(chan error, 1)}
	begun := make(chan struct{})
	go func() {
		begin := func() { close(begun) }
		for e, err := range api.Events(ctx, client.Follow{}) {
			if err != nil {
				a.failed <- err
				return
			}
			value, err := e.Value()
			if err != nil {
				a.failed <- err
				return
			}
			if about, ok := value.(*protocol.Event); ok && about.Request != nil {
				a.events <- about
			}
			if e.Type == protocol.EventSnapshot && begin != nil {
				begin()
				begin = nil
			}
		}
	}()
	select {
	case <-begun:
		return a, nil
	case err := <-a.failed:
		return nil, err
	case <-time.After(patience):
		return nil, fmt.Errorf("the feed did not begin within %s", patience)
	}
}

// next is the agent's next event about a request; others' are passed over.
func (a *agent) next(id string) (*protocol.Event, error) {
	limit := time.After(patience)
	for {
		select {
		case e := <-a.events:
			if e.RequestID == id {
				return e, nil
			}
		case err := <-a.failed:
			return nil, err
		case <-limit:
			return nil, fmt.Errorf("nothing came within %s", patience)
		}
	}
}
