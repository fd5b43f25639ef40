package client_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// follow gives the events of an agent's feed from its snapshot on, until ctx ends.
func follow(ctx context.Context, t *testing.T, a *client.Agent) <-chan client.Event {
	t.Helper()
	events, ended := make(chan client.Event, 100), make(chan struct{})
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer close(ended)
		for e, err := range a.Events(ctx, client.Follow{}) {
			if err == nil {
				events <- e
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	<-events // the snapshot
	return events
}

// wait reads events up to one of a type.
func wait(ctx context.Context, t *testing.T, events <-chan client.Event, kind protocol.EventType) *protocol.Event {
	t.Helper()
	for {
		select {
		case e := <-events:
			value, err := e.Value()
			if err != nil {
				t.Fatal(err)
			}
			if about, ok := value.(*protocol.Event); ok && e.Type == kind {
				return about
			}
		case <-ctx.Done():
			t.Fatalf("no %s came", kind)
		}
	}
}

// A conversation from hand to hand: what each method of an Agent and a Connector
// comes to at a real runtime.
func TestFromHandToHand(t *testing.T) { overBoth(t, fromHandToHand) }

func fromHandToHand(t *testing.T, b client.Binding) {
	s, ctx := site.Start(t), patience(t)
	of := func(name string, groups ...string) *client.Agent {
		return newAgent(t, s.URL, client.StaticToken(s.Token(name, groups...)), b)
	}
	erin, frank, gina := of("erin"), of("frank"), of("gina", "leads")
	connector := s.Connector(lab.WrapUp.Channel())
	erins, franks := follow(ctx, t, erin), follow(ctx, t, frank)

	opened, err := connector.Post(ctx, protocol.PostMessage{
		ID: "m1", Customer: protocol.Customer{ID: "john"}, Kind: "photo",
		Attachments: []request.Attachment{{URL: "https://files.example/shoe.jpg"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	id := opened.Request
	if e := wait(ctx, t, erins, protocol.EventReceived); !e.Alert || e.AlertGeneration != 1 {
		t.Errorf("%+v", e)
	}
	want := func(what string, outcome request.Outcome) func(protocol.Result, error) protocol.Result {
		return func(r protocol.Result, err error) protocol.Result {
			t.Helper()
			if err != nil || r.Outcome != outcome {
				t.Fatalf("%s: %+v, %v", what, r, err)
			}
			return r
		}
	}
	for what, do := range map[string]func() error{
		"dismiss":       func() error { return erin.Dismiss(ctx, id) },
		"dismiss again": func() error { return erin.Dismiss(ctx, id) },
		"dismiss all":   func() error { return frank.DismissAll(ctx) },
	} {
		if err := do(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, a := range []*client.Agent{erin, frank} {
		if all, err := a.Alerts(ctx); err != nil || len(all.Alerts) != 0 {
			t.Errorf("alerts: %+v, %v", all, err)
		}
	}

	want("join", request.Joined)(erin.Join(ctx, id))
	if r := want("say", request.Sent)(erin.Say(ctx, id, protocol.Say{Text: "Yes."})); r.Message.Text != "Yes." {
		t.Errorf("%+v", r.Message)
	}
	if _, err := erin.Say(ctx, id, protocol.Say{Text: strings.Repeat("x", 4097)}); !client.IsProblem(err, protocol.ProblemTooLong) {
		t.Errorf("T32: %v", err)
	}
	if err := connector.Presence(ctx, "john", protocol.PutPresence{Online: true}); err != nil {
		t.Error(err)
	}
	if e := wait(ctx, t, erins, protocol.EventPresence); !e.Presence.Online {
		t.Errorf("%+v", e)
	}
	yes := true
	page, err := erin.Page(ctx, client.Query{Online: &yes, Channels: []string{lab.WrapUp.Channel()}, Coverage: request.Covered})
	if err != nil || len(page.Requests) != 1 {
		t.Errorf("%+v, %v", page, err)
	}

	s.Eventually(func() bool {
		targets, err := erin.TransferTargets(ctx)
		return err == nil && cmp.Equal(targets.Agents, []protocol.TargetAgent{{Name: "frank"}})
	})
	offer := want("invite", request.Offered)(erin.Invite(ctx, id, protocol.Target{Agent: "frank"})).Offer.ID
	if e := wait(ctx, t, franks, protocol.EventOffer); e.Offer.ID != offer || e.Status != request.OfferMade {
		t.Errorf("%+v", e)
	}
	want("withdraw", request.Withdrawn)(erin.Withdraw(ctx, offer))
	if _, err := frank.Accept(ctx, offer); !client.IsProblem(err, protocol.ProblemOfferOver) {
		t.Errorf("%v", err)
	}
	offer = want("transfer", request.Offered)(erin.Transfer(ctx, id, protocol.Target{Agent: "frank"})).Offer.ID
	want("decline", request.Declined)(frank.Decline(ctx, offer))
	offer = want("transfer", request.Offered)(erin.Transfer(ctx, id, protocol.Target{Agent: "frank"})).Offer.ID
	if all, err := frank.Offers(ctx); err != nil || len(all.Offers) != 1 {
		t.Errorf("%+v, %v", all, err)
	}
	want("accept", request.Joined)(frank.Accept(ctx, offer))
	want("wrap-up", request.WrappedUp)(erin.WrapUp(ctx, id, protocol.WrapUp{Reasons: []string{"sale"}}))
	want("remove", request.Removed)(gina.RemoveMember(ctx, id, "frank"))
	want("join", request.Joined)(frank.Join(ctx, id))
	if out, err := frank.Logout(ctx); err != nil || !cmp.Equal(out.Left, []string{id}) {
		t.Errorf("%+v, %v", out, err)
	}
	moved := want("transfer to a list", request.Transferred)(gina.Transfer(ctx, id, protocol.Target{List: "l2"}))
	if moved.Request.TransferredTo == "" {
		t.Errorf("%+v", moved.Request)
	}
}

// T09: who has it is part of the problem.
func TestGrabbed(t *testing.T) {
	s, ctx := site.Start(t), patience(t)
	erin, frank := s.Agent("erin"), s.Agent("frank")
	franks := follow(ctx, t, frank)
	opened, err := s.Connector(lab.Grab.Channel()).Post(ctx, message("m1", "john"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := erin.Join(ctx, opened.Request); err != nil {
		t.Fatal(err)
	}
	var p *protocol.Problem
	if _, err := frank.Join(ctx, opened.Request); !errors.As(err, &p) || p.Type != protocol.ProblemGrabbed || p.Details["grabbedBy"] != "erin" {
		t.Errorf("%v", err)
	}
	if e := wait(ctx, t, franks, protocol.EventRemoved); e.GrabbedBy != "erin" || e.GrabbedAt == nil || e.RequestID != opened.Request {
		t.Errorf("%+v", e)
	}
}

// R6: the events of an agent who has connected elsewhere end, and stay ended.
func TestReplaced(t *testing.T) { overBoth(t, replaced) }

func replaced(t *testing.T, b client.Binding) {
	s, ctx := site.Start(t), patience(t)
	config := s.Config()
	config.Sessions.Policy = snapshot.SessionReplace
	s.Program(config)
	first, second := newAgent(t, s.URL, client.StaticToken(s.Token("erin")), b), s.Agent("erin")
	var types []protocol.EventType
	var last error
	for e, err := range first.Events(ctx, client.Follow{}) {
		if last = err; err != nil {
			break
		}
		types = append(types, e.Type)
		if e.Type == protocol.EventSnapshot {
			follow(ctx, t, second)
		}
	}
	if !errors.Is(last, client.ErrReplaced) {
		t.Errorf("%v", last)
	}
	if diff := cmp.Diff([]protocol.EventType{protocol.EventSnapshot, protocol.EventReplaced}, types); diff != "" {
		t.Error(diff)
	}
}
