package command_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

var ctx = context.Background()

func reason(err error) command.Reason {
	var e *command.Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}

func TestStoryOfARequest(t *testing.T) {
	l := lab.Start(t)
	first := l.Message("john", "m1")
	if first.Outcome != request.Opened || first.List != "l1" {
		t.Fatalf("T01: the first message answered %+v", first)
	}
	if again := l.Message("john", "m2"); again.Outcome != request.Appended || again.Request != first.Request {
		t.Fatalf("T03: the second message answered %+v", again)
	}
	steps := []struct {
		rule    string
		do      func(context.Context, inbox.Agent, string, string) (protocol.Result, error)
		agent   inbox.Agent
		outcome request.Outcome
		state   request.State
		version int64
	}{
		{"T07", l.Do.Join, lab.Alice, request.Joined, request.Active, 3},
		{"T13", l.Do.Join, lab.Alice, request.AlreadyMember, request.Active, 3},
		{"T08", l.Do.Join, lab.Bob, request.Joined, request.Active, 4},
		{"T14", l.Do.Leave, lab.Alice, request.Left, request.Active, 5},
		{"T15", l.Do.Leave, lab.Bob, request.Left, request.Inactive, 6},
		{"T11", l.Do.Join, lab.Bob, request.Joined, request.Active, 7},
		{"T18", l.Do.Close, lab.Bob, request.Ended, request.Closed, 8},
		{"T20", l.Do.Close, lab.Bob, request.AlreadyClosed, request.Closed, 8},
		{"T17", l.Do.Leave, lab.Bob, request.AlreadyClosed, request.Closed, 8},
	}
	for _, s := range steps {
		got, err := s.do(ctx, s.agent, first.Request, "")
		if err != nil || got.Outcome != s.outcome || got.Request.State != s.state || got.Request.Version != s.version {
			t.Fatalf("%s: %v, %+v, %+v", s.rule, err, got, got.Request)
		}
	}
	if _, err := l.Do.Join(ctx, lab.Alice, first.Request, ""); reason(err) != command.Gone {
		t.Errorf("T12: join of a closed request: %v", err)
	}
	if next := l.Message("john", "m3"); next.Outcome != request.Opened || next.Request == first.Request {
		t.Errorf("T06: a message after the close answered %+v", next)
	}
}

func TestJoinShowsTheConversation(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	for n := 2; n <= request.KeptMessages+3; n++ {
		l.Message("john", fmt.Sprintf("m%d", n))
	}
	got, err := l.Do.Join(ctx, lab.Alice, id, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Messages) != request.KeptMessages || got.Messages[0].ID != "m4" || got.Messages[len(got.Messages)-1].ID != "m23" {
		t.Errorf("the join shows %d messages, from %s on", len(got.Messages), got.Messages[0].ID)
	}
}

func TestRefusals(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	post := func(channel string, change func(*protocol.PostMessage)) func() error {
		m := protocol.PostMessage{ID: "x", Customer: protocol.Customer{ID: "c"}, Text: "hello"}
		if change != nil {
			change(&m)
		}
		return func() error { _, err := l.Do.Receive(ctx, channel, m); return err }
	}
	act := func(do func(context.Context, inbox.Agent, string, string) (protocol.Result, error), agent inbox.Agent, id string) func() error {
		return func() error { _, err := do(ctx, agent, id, ""); return err }
	}
	for name, tc := range map[string]struct {
		do   func() error
		want command.Reason
	}{
		"unknown channel":            {post("nowhere", nil), command.UnknownChannel},
		"channel in push mode":       {post("pushed", nil), command.NotPull},
		"channel whose list is gone": {post("lost", nil), command.ListUnavailable},
		"message without id":         {post("facebook", func(m *protocol.PostMessage) { m.ID = "" }), command.InvalidRequest},
		"message without text":       {post("facebook", func(m *protocol.PostMessage) { m.Text = "" }), command.InvalidRequest},
		"text over the limit":        {post("facebook", func(m *protocol.PostMessage) { m.Text = string(make([]byte, command.MaxTextBytes+1)) }), command.InvalidRequest},
		"text that is not UTF-8":     {post("facebook", func(m *protocol.PostMessage) { m.Text = "\xff" }), command.InvalidRequest},
		"customer without id":        {post("facebook", func(m *protocol.PostMessage) { m.Customer.ID = "" }), command.InvalidRequest},
		"join of an unknown request": {act(l.Do.Join, lab.Alice, "nothing"), command.UnknownRequest},
		"join of a foreign request":  {act(l.Do.Join, lab.Dave, id), command.UnknownRequest},
		"T16 leave by a non-member":  {act(l.Do.Leave, lab.Alice, id), command.NotAMember},
		"T19 close by a non-member":  {act(l.Do.Close, lab.Alice, id), command.Forbidden},
		"foreign list":               {func() error { return l.Do.Subscribe(ctx, lab.Alice, "l2") }, command.UnknownList},
		"unknown list":               {func() error { return l.Do.Subscribe(ctx, lab.Alice, "l9") }, command.UnknownList},
	} {
		t.Run(name, func(t *testing.T) {
			before := l.View.Request(id).Doc.Version
			if got := reason(tc.do()); got != tc.want {
				t.Errorf("answered %q, want %q", got, tc.want)
			}
			if after := l.View.Request(id).Doc.Version; after != before {
				t.Errorf("INV7: a refused command took version %d to %d", before, after)
			}
		})
	}
}

func TestAdminsMayAlwaysClose(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	if got, err := l.Do.Close(ctx, lab.Carol, id, ""); err != nil || got.Outcome != request.Ended {
		t.Errorf("T18: an Admin who is no member: %v, %+v", err, got)
	}
}

func TestClosePolicySubscribers(t *testing.T) {
	l := lab.Start(t)
	config := lab.Config()
	config.Lists[0].ClosePolicy = snapshot.CloseSubscribers
	l.Program(config)
	id := l.Message("john", "m1").Request
	if _, err := l.Do.Close(ctx, lab.Alice, id, ""); reason(err) != command.Forbidden {
		t.Errorf("T19: an agent who is not subscribed: %v", err)
	}
	if err := l.Do.See(ctx, lab.Alice); err != nil { // autoSubscribe
		t.Fatal(err)
	}
	if got, err := l.Do.Close(ctx, lab.Alice, id, ""); err != nil || got.Outcome != request.Ended {
		t.Errorf("T18: a subscriber: %v, %+v", err, got)
	}
}

func TestTheSameMessageTwice(t *testing.T) {
	l := lab.Start(t)
	first := l.Message("john", "m1")
	again := l.Message("john", "m1")
	if !again.Duplicate || again.Request != first.Request || again.Outcome != first.Outcome {
		t.Errorf("G9: the repeat answered %+v, the first %+v", again, first)
	}
	if _, err := l.Do.Close(ctx, lab.Carol, first.Request, ""); err != nil {
		t.Fatal(err)
	}
	if late := l.Message("john", "m1"); !late.Duplicate || late.Request != first.Request {
		t.Errorf("G9: a repeat after the close answered %+v and not %+v", late, first)
	}
	if l.View.Request(first.Request) != nil || len(l.View.Counts("l1")) > 0 && l.View.Counts("l1")[request.Unread] > 0 {
		t.Error("G9: a repeat after the close opened a request")
	}
}

// G8 and G9: many first messages of one customer, each delivered several times, at
// the same moment.
func TestFirstMessagesAtTheSameMoment(t *testing.T) {
	l := lab.Start(t)
	const messages, deliveries = 20, 5
	ctx, at := patient(t), either(l)
	var wg sync.WaitGroup
	receipts := make([]protocol.Receipt, messages*deliveries)
	for i := range receipts {
		wg.Go(func() {
			var err error
			receipts[i], err = at(i/2).Receive(ctx, "facebook", protocol.PostMessage{
				ID: fmt.Sprintf("m%d", i%messages), Customer: protocol.Customer{ID: "john"}, Text: "hello",
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	opened := 0
	for _, r := range receipts {
		if r.Request != receipts[0].Request {
			t.Fatalf("INV5: requests %s and %s for one customer", r.Request, receipts[0].Request)
		}
		if r.Outcome == request.Opened && !r.Duplicate {
			opened++
		}
	}
	if doc := l.View.Request(receipts[0].Request).Doc; opened != 1 || doc.Version != messages {
		t.Errorf("%d opened, version %d; want 1 and %d", opened, doc.Version, messages)
	}
}

// G4: many first joins at the same moment.
func TestFirstJoinsAtTheSameMoment(t *testing.T) {
	l := lab.Start(t)
	config := lab.Config()
	const agents = 100
	for i := range agents {
		config.Subscriptions[0].Agents = append(config.Subscriptions[0].Agents, fmt.Sprintf("agent%03d", i))
	}
	l.Program(config)
	id := l.Message("john", "m1").Request
	ctx, at := patient(t), either(l)
	var wg sync.WaitGroup
	for i := range agents {
		wg.Go(func() {
			if _, err := at(i).Join(ctx, inbox.Agent{Name: fmt.Sprintf("agent%03d", i)}, id, ""); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if doc := l.View.Request(id).Doc; len(doc.Members) != agents || doc.Version != agents+1 || doc.State != request.Active {
		t.Errorf("%d members, version %d, %s", len(doc.Members), doc.Version, doc.State)
	}
}

// G5: joins and closes at the same moment never leave an ACTIVE request behind.
func TestJoinsAgainstClose(t *testing.T) {
	l := lab.Start(t)
	x := another(l)
	for round := range 20 {
		id := l.Message(fmt.Sprintf("c%d", round), fmt.Sprintf("m%d", round)).Request
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := l.Do.Close(ctx, lab.Carol, id, ""); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if _, err := x.Join(ctx, lab.Alice, id, ""); err != nil && reason(err) != command.Gone {
				t.Error(err)
			}
		})
		wg.Wait()
		if entry := l.View.Request(id); entry != nil {
			t.Fatalf("after the close the request is %s", entry.Doc.State)
		}
	}
}

func TestRepeatedCommandFindsItsAnswer(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	for _, step := range []struct {
		do   func(context.Context, inbox.Agent, string, string) (protocol.Result, error)
		key  string
		want protocol.Result
	}{
		{l.Do.Join, "k1", protocol.Result{Outcome: request.Joined}},
		{l.Do.Join, "k1", protocol.Result{Outcome: request.Joined, Repeated: true}},
		{l.Do.Leave, "k2", protocol.Result{Outcome: request.Left}},
		{l.Do.Leave, "k2", protocol.Result{Outcome: request.Left, Repeated: true}},
		{l.Do.Join, "k2", protocol.Result{Outcome: request.Joined}},
	} {
		got, err := step.do(ctx, lab.Alice, id, step.key)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(step.want, protocol.Result{Outcome: got.Outcome, Repeated: got.Repeated}); diff != "" {
			t.Fatalf("key %s: %s", step.key, diff)
		}
	}
}

func TestCustomerEndsTheSession(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	if got, err := l.Do.EndSession(ctx, "facebook", "john"); err != nil || got != request.Ended {
		t.Fatalf("T21: %v, %s", err, got)
	}
	if got, err := l.Do.EndSession(ctx, "facebook", "john"); err != nil || got != request.AlreadyClosed {
		t.Errorf("T21 again: %v, %s", err, got)
	}
	c, err := l.Do.Conversation(ctx, lab.Alice, id)
	if err != nil || c.Request.CloseReason != request.ClosedByCustomer || c.Request.State != request.Closed {
		t.Errorf("the closed request reads %+v, %v", c.Request, err)
	}
}

func TestExpire(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	l.Clock.Move(24 * time.Hour)
	if err := l.Do.Fire(ctx, id, request.Clock{Kind: request.Expire}); err != nil || l.View.Request(id) == nil {
		t.Fatalf("C6: after exactly 24 h the request must be open: %v", err)
	}
	l.Clock.Move(time.Millisecond)
	if err := l.Do.Fire(ctx, id, request.Clock{Kind: request.Expire}); err != nil || l.View.Request(id) != nil {
		t.Fatalf("T22: after more than 24 h the request must be closed: %v", err)
	}
}

func TestDrainingListTakesNothingNew(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	config := lab.Config()
	config.Lists[0].Draining = true
	l.Program(config)
	_, err := l.Do.Receive(ctx, "facebook", protocol.PostMessage{ID: "m2", Customer: protocol.Customer{ID: "mary"}, Text: "hi"})
	if reason(err) != command.ListUnavailable {
		t.Errorf("L1: a new customer: %v", err)
	}
	if got := l.Message("john", "m3"); got.Request != id {
		t.Errorf("L2: the open request does not go on: %+v", got)
	}
	if _, err := l.Do.Close(ctx, lab.Carol, id, ""); err != nil {
		t.Fatal(err)
	}
	if got := l.Message("john", "m3"); !got.Duplicate || got.Request != id {
		t.Errorf("G9: a repeat of what was taken before answered %+v", got)
	}
}

func TestProgram(t *testing.T) {
	l := lab.Start(t)
	config := lab.Config()
	config.Lists[0].DisplayName = "Renamed"
	if refusal, _ := l.Do.Program(ctx, snapshot.Update{Sequence: 5, Snapshot: config}); refusal == nil || refusal.Reason != snapshot.SequenceConflict || refusal.Sequence != 1 {
		t.Errorf("a sequence that skips: %+v", refusal)
	}
	broken := lab.Config()
	broken.Channels[0].List = "nowhere"
	refusal, _ := l.Do.Program(ctx, snapshot.Update{Sequence: 2, Snapshot: broken})
	if refusal == nil || refusal.Reason != snapshot.Rejected || len(refusal.Problems) != 1 || refusal.Problems[0].Name != "facebook" {
		t.Errorf("a channel without its list: %+v", refusal)
	}
	if l.View.Config().Sequence != 1 {
		t.Error("L9: a refused snapshot came into force")
	}
	l.Program(config)
	if got := l.View.Config(); got.Sequence != 2 || got.List("l1").DisplayName != "Renamed" {
		t.Errorf("in force: %d, %+v", got.Sequence, got.List("l1"))
	}
	l.Eventually(func() bool { // the old snapshot's chunks go
		_, chunks := l.View.ConfigKeys()
		return len(chunks) == 1
	})
	if refusal, err := l.Do.Program(ctx, snapshot.Update{Sequence: 2, Snapshot: config}); err != nil || refusal != nil {
		t.Errorf("a repeat of what is in force: %v, %+v", err, refusal)
	}
}

func TestTwoOperatorsAtOnce(t *testing.T) {
	l := lab.Start(t)
	won := make(chan string, 2)
	var wg sync.WaitGroup
	for _, name := range []string{"one", "two"} {
		config := lab.Config()
		config.Lists[0].DisplayName = name
		wg.Go(func() {
			refusal, err := l.Do.Program(ctx, snapshot.Update{Sequence: 2, Snapshot: config})
			if err != nil {
				t.Error(err)
			}
			if refusal == nil {
				won <- name
			}
		})
	}
	wg.Wait()
	close(won)
	var winners []string
	for name := range won {
		winners = append(winners, name)
	}
	if len(winners) != 1 || l.View.Config().List("l1").DisplayName != winners[0] {
		t.Errorf("winners %v, in force %q", winners, l.View.Config().List("l1").DisplayName)
	}
}

func TestEverythingIsThereAfterARestart(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	if _, err := l.Do.Join(ctx, lab.Alice, id, ""); err != nil {
		t.Fatal(err)
	}
	before := l.View.Request(id).Doc
	l.Stop()
	l.Run()
	l.Eventually(func() bool { return l.Hub.Ready() == nil })
	if diff := cmp.Diff(before, l.View.Request(id).Doc); diff != "" {
		t.Error(diff)
	}
	if l.View.Config() == nil {
		t.Error("the snapshot is gone")
	}
}
