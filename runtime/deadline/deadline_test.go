package deadline_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/deadline"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// recorder lets the real executor do what is due, and remembers in what order.
type recorder struct {
	deadline.Commander
	fired []string
	fail  bool
	// broken are requests of which nothing can be written.
	broken map[string]bool
}

func (r *recorder) ForceClose(ctx context.Context, id string) error {
	if r.broken[id] {
		return errors.New("this one cannot be written")
	}
	return r.Commander.ForceClose(ctx, id)
}

func (r *recorder) Fire(ctx context.Context, id string, clock request.Clock) error {
	if r.fail || r.broken[id] {
		return errors.New("the disk is gone")
	}
	r.fired = append(r.fired, id)
	return r.Commander.Fire(ctx, id, clock)
}

// scene is a lab with a keeper.
type scene struct {
	*lab.Lab
	t       *testing.T
	config  snapshot.Snapshot
	keeper  *deadline.Keeper
	command *recorder
}

// begin changes list l1 and the Facebook channel, which lands on it.
func begin(t *testing.T, change func(l *snapshot.List, c *snapshot.Channel)) *scene {
	t.Helper()
	s := &scene{Lab: lab.Start(t), t: t, config: lab.Config()}
	s.config.Channels[0].Outbound = &snapshot.Webhook{URL: "https://connector.example.com"}
	change(&s.config.Lists[0], &s.config.Channels[0])
	s.Program(s.config)
	s.engage()
	return s
}

func (s *scene) engage() {
	s.command = &recorder{Commander: s.Do}
	s.keeper = &deadline.Keeper{View: s.View, Do: s.command, Now: s.Clock.Now, Log: slog.New(slog.DiscardHandler)}
}

func (s *scene) look() { s.keeper.Look(context.Background()) }

func (s *scene) join(agent inbox.Agent, id string) {
	s.t.Helper()
	if _, err := s.Do.Join(context.Background(), agent, id, ""); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) say(agent inbox.Agent, id string) {
	s.t.Helper()
	if _, err := s.Do.Say(context.Background(), agent, id, "", protocol.Say{Text: "hello"}); err != nil {
		s.t.Fatal(err)
	}
}

// state is the request's, open or closed.
func (s *scene) state(id string) (request.State, request.Kind) {
	s.t.Helper()
	d := s.doc(id)
	return d.State, d.Last.Kind
}

func (s *scene) doc(id string) *request.Document {
	s.t.Helper()
	if e := s.View.Request(id); e != nil {
		return e.Doc
	}
	kv, err := s.Store.Get(context.Background(), keyspace.Closed(id))
	if err != nil || kv.Revision == 0 {
		s.t.Fatalf("request %s: %v", id, err)
	}
	d := &request.Document{}
	if err := json.Unmarshal(kv.Value, d); err != nil {
		s.t.Fatal(err)
	}
	return d
}

// connect writes down that an agent is connected, or not any more.
func (s *scene) connect(agent inbox.Agent, connected bool) {
	s.t.Helper()
	op := store.Delete(keyspace.Presence(agent.Name, "lab"))
	if connected {
		op = store.Put(keyspace.Presence(agent.Name, "lab"), []byte(`{"session":"s","at":"2026-03-01T09:00:00Z"}`))
	}
	result, err := s.Store.Commit(context.Background(), store.Txn{Ops: []store.Op{op}})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.View.WaitFor(context.Background(), result.Revision); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) want(id string, state request.State, last request.Kind) {
	s.t.Helper()
	if got, kind := s.state(id); got != state || kind != last {
		s.t.Fatalf("request %s is %s by %s, want %s by %s", id, got, kind, state, last)
	}
}

func nothing(*snapshot.List, *snapshot.Channel) {}

func TestDueRequestsAreClosedInOrder(t *testing.T) { // T22, C8
	s := begin(t, nothing)
	var want []string
	for _, customer := range []string{"a", "b", "c"} {
		want = append(want, s.Message(customer, customer).Request)
		s.Clock.Move(time.Minute)
	}
	s.Message("a", "again") // a's clock starts anew
	want = append(want[1:], want[0])
	s.Clock.Move(24*time.Hour - time.Minute)
	s.look()
	if !slices.Equal(s.command.fired, want[:1]) {
		t.Fatalf("fired %v, want %v", s.command.fired, want[:1])
	}
	// A restart in between loses no deadline, and fires none twice.
	before := s.command.fired
	s.Stop()
	s.Clock.Move(time.Hour)
	s.Run()
	s.Eventually(func() bool { return s.Hub.Ready() == nil })
	s.engage()
	s.look()
	if fired := append(before, s.command.fired...); !slices.Equal(fired, want) {
		t.Errorf("fired %v, want %v", fired, want)
	}
}

func TestDeadlinesOfAllKindsComeInOrder(t *testing.T) { // C8
	s := begin(t, func(l *snapshot.List, c *snapshot.Channel) {
		l.AutoCloseAfter, l.ResponseTime = snapshot.Duration(time.Hour), snapshot.Duration(10*time.Minute)
		c.CustomerActivityTimeout = snapshot.Duration(20 * time.Minute)
	})
	expires := s.Message("a", "1").Request
	s.Clock.Move(time.Minute)
	silent := s.Message("b", "2").Request
	s.join(lab.Alice, silent)
	s.say(lab.Alice, silent)
	unanswered := s.Message("c", "3").Request
	s.connect(lab.Alice, true)
	s.join(lab.Alice, unanswered)
	s.Clock.Move(2 * time.Hour)
	s.look()
	// 1:10 the answer, 1:20 the customer's, 1:00 from the first message.
	if diff := cmp.Diff([]string{unanswered, silent, expires, unanswered}, s.command.fired); diff != "" {
		t.Error(diff)
	}
	s.want(silent, request.Closed, request.CustomerTimeout) // T23, C7: the earlier one, and once
	s.want(expires, request.Closed, request.Expire)
	s.want(unanswered, request.Closed, request.Expire)
}

func TestResponseTime(t *testing.T) { // T24
	s := begin(t, func(l *snapshot.List, _ *snapshot.Channel) { l.ResponseTime = snapshot.Duration(10 * time.Minute) })
	id := s.Message("john", "m1").Request
	s.connect(lab.Alice, true)
	s.Clock.Move(time.Hour)
	s.look()
	s.want(id, request.Unread, request.Receive) // nobody owes an answer yet
	s.join(lab.Alice, id)
	s.Clock.Move(10 * time.Minute)
	s.look()
	s.want(id, request.Active, request.Join)
	s.Clock.Move(time.Millisecond)
	s.look()
	s.want(id, request.Inactive, request.ResponseTimeout)
}

func TestChangedThresholdHoldsForOpenRequests(t *testing.T) { // C9
	s := begin(t, nothing)
	id := s.Message("john", "m1").Request
	s.Clock.Move(time.Hour)
	s.look()
	if len(s.command.fired) != 0 {
		t.Fatalf("fired %v before its time", s.command.fired)
	}
	s.config.Lists[0].AutoCloseAfter = snapshot.Duration(30 * time.Minute)
	s.Program(s.config)
	s.look()
	if !slices.Equal(s.command.fired, []string{id}) || s.View.Request(id) != nil {
		t.Errorf("fired %v", s.command.fired)
	}
}

func TestFailureIsTriedAgain(t *testing.T) {
	s := begin(t, nothing)
	id := s.Message("john", "m1").Request
	s.Clock.Move(25 * time.Hour)
	s.command.fail = true
	s.look()
	s.command.fail = false
	s.look()
	if !slices.Equal(s.command.fired, []string{id}) {
		t.Errorf("fired %v", s.command.fired)
	}
}

// One request that cannot be written holds up no other list's.
func TestOneFailureHoldsUpNobodyElse(t *testing.T) {
	s := begin(t, nothing)
	broken := s.Message("john", "m1").Request
	s.Clock.Move(time.Second)
	id := s.MessageOn(lab.Grab, "jane", "m2").Request
	s.command.broken = map[string]bool{broken: true}
	s.Clock.Move(25 * time.Hour)
	s.look()
	s.want(id, request.Closed, request.Expire)
	s.want(broken, request.Unread, request.Receive)
}

func TestOffersAndWrapUpsRunOut(t *testing.T) { // T30, T33, C5
	s := begin(t, func(l *snapshot.List, _ *snapshot.Channel) {
		l.WrapUp = &snapshot.WrapUp{
			Reasons: []snapshot.WrapUpReason{{Name: "done"}}, DefaultReason: "done", Timeout: snapshot.Duration(time.Minute),
		}
	})
	ctx := context.Background()
	for _, agent := range []inbox.Agent{lab.Alice, lab.Bob} {
		s.connect(agent, true)
		if err := s.Do.See(ctx, agent); err != nil {
			t.Fatal(err)
		}
	}
	id := s.Message("john", "m1").Request
	s.join(lab.Alice, id)
	if _, err := s.Do.Transfer(ctx, lab.Alice, id, "", protocol.Target{Agent: "bob"}); err != nil {
		t.Fatal(err)
	}
	s.Clock.Move(time.Minute)
	s.look()
	s.want(id, request.Active, request.TransferTo)
	s.Clock.Move(time.Millisecond)
	s.look()
	s.want(id, request.Active, request.Lapse)
	if d := s.doc(id); !d.Member("alice") || len(d.Offers) != 0 {
		t.Errorf("T30: members %v, offers %v", d.Members, d.Offers)
	}

	if _, err := s.Do.Close(ctx, lab.Alice, id, ""); err != nil {
		t.Fatal(err)
	}
	s.Clock.Move(time.Minute + time.Millisecond)
	s.look()
	s.want(id, request.Closed, request.WrapUpTimeout)
	if w := s.doc(id).WrapUpOf("alice"); w == nil || !w.ByTimer || w.Reasons[0] != "done" {
		t.Errorf("T33: %+v", w)
	}
}
