package command_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
)

// fate is what becomes of a commit whose outcome nobody learns.
type fate func(s *doubtful, ctx context.Context, txn store.Txn)

// doubtful is a store that does not know what became of the next commit.
type doubtful struct {
	*store.Store
	fate fate
	// late is a commit that is still on its way.
	late *store.Txn
}

func (s *doubtful) Commit(ctx context.Context, txn store.Txn) (store.Result, error) {
	if fate := s.fate; fate != nil {
		s.fate = nil
		fate(s, ctx, txn)
		return store.Result{}, fmt.Errorf("the test: %w", store.ErrUnknownOutcome)
	}
	if late := s.late; late != nil {
		s.late = nil
		if _, err := s.Store.Commit(ctx, *late); err != nil {
			return store.Result{}, err
		}
	}
	return s.Store.Commit(ctx, txn)
}

// fates: the commit is lost; its answer is; it is carried out later than anybody
// waits for; and its answer is lost, and somebody else goes on from it at once.
func fates(then func()) map[string]fate {
	land := func(s *doubtful, ctx context.Context, txn store.Txn) {
		if result, err := s.Store.Commit(ctx, txn); err != nil || !result.Committed {
			panic(fmt.Sprintf("the test wants it carried out: %+v, %v", result, err))
		}
	}
	return map[string]fate{
		"lost":   func(*doubtful, context.Context, store.Txn) {},
		"landed": land,
		"late":   func(s *doubtful, _ context.Context, txn store.Txn) { s.late = &txn },
		"landed, and others went on": func(s *doubtful, ctx context.Context, txn store.Txn) {
			land(s, ctx, txn)
			then()
		},
	}
}

// A command whose outcome the store does not know has one effect and gets its
// answer all the same, whatever became of it, also without a key.
func TestUnknownOutcomes(t *testing.T) {
	commands := map[string]struct {
		do      func(x *command.Executor) act
		by      inbox.Agent
		offer   bool // the command is about an offer of erin's to frank
		outcome request.Outcome
	}{
		"T08 join":     {func(x *command.Executor) act { return x.Join }, lab.Frank, false, request.Joined},
		"T14 leave":    {func(x *command.Executor) act { return x.Leave }, lab.Erin, false, request.Left},
		"T18 close":    {func(x *command.Executor) act { return x.Close }, lab.Erin, false, request.Ended},
		"remove":       {func(x *command.Executor) act { return removing(x, "erin") }, lab.Gina, false, request.Removed},
		"T32 say":      {func(x *command.Executor) act { return saying(x, "hello") }, lab.Erin, false, request.Sent},
		"T28 transfer": {func(x *command.Executor) act { return target(x.Transfer, toList("l2")) }, lab.Erin, false, request.Transferred},
		"T29 offer":    {func(x *command.Executor) act { return target(x.Transfer, toAgent("frank")) }, lab.Erin, false, request.Offered},
		"T31 invite":   {func(x *command.Executor) act { return target(x.Invite, toAgent("frank")) }, lab.Erin, false, request.Offered},
		"T31 accept":   {func(x *command.Executor) act { return x.Accept }, lab.Frank, true, request.Joined},
		"T30 decline":  {func(x *command.Executor) act { return x.Decline }, lab.Frank, true, request.Declined},
		"T30 withdraw": {func(x *command.Executor) act { return x.Withdraw }, lab.Erin, true, request.Withdrawn},
		"T33 wrap-up":  {func(x *command.Executor) act { return wrapping(x, "sale") }, lab.Erin, false, request.WrappedUp},
	}
	for fate := range fates(nil) {
		t.Run(fate, func(t *testing.T) {
			l := lab.Start(t)
			connect(l, lab.Erin, lab.Frank, lab.Gina)
			for name, tc := range commands {
				t.Run(name, func(t *testing.T) {
					id := l.MessageOn(lab.WrapUp, name, "m1").Request
					must(t, l.Do.Join, lab.Erin, id)
					must(t, l.Do.Join, lab.Gina, id)
					about := id
					if tc.offer {
						about = must(t, target(l.Do.Invite, toAgent("frank")), lab.Erin, id).Offer.ID
					}
					before := open(l, id).Version
					s := &doubtful{Store: l.Store, fate: fates(func() { l.MessageOn(lab.WrapUp, name, "m2") })[fate]}
					x := command.New(command.Options{Store: s, View: l.View, Now: l.Clock.Now})
					got, err := tc.do(x)(ctx, tc.by, about, "")
					if err != nil || got.Outcome != tc.outcome || got.Repeated {
						t.Fatalf("%v, %+v", err, got)
					}
					effects(t, l, id, before, fate == "landed, and others went on", got)
				})
			}
		})
	}
}

// effects looks for a second effect of a command.
func effects(t *testing.T, l *lab.Lab, id string, before int64, others bool, got protocol.Result) {
	t.Helper()
	var d *request.Document
	if e := l.View.Request(id); e != nil {
		d = e.Doc
	} else {
		d = closed(l, id)
		others = false // what others did is another request
	}
	want := before + 1
	if others {
		want++
	}
	if d.Version != want {
		t.Errorf("version %d, want %d", d.Version, want)
	}
	if got.Message != nil && (got.Message.Number != 2 || len(keys(l, keyspace.Outbox+id)) != 1) {
		t.Errorf("sent as %+v, on their way: %v", got.Message, keys(l, keyspace.Outbox+id))
	}
	if got.Offer != nil && (len(d.Offers) != 1 || d.Offers[0].ID != got.Offer.ID) {
		t.Errorf("answered %+v, there are %+v", got.Offer, d.Offers)
	}
	if to := got.Request.TransferredTo; to != "" && open(l, to).TransferredFrom != id {
		t.Errorf("the successor %s", to)
	}
}

// A customer's message whose outcome the store does not know is taken once.
func TestUnknownOutcomeOfAMessage(t *testing.T) {
	for fate := range fates(nil) {
		t.Run(fate, func(t *testing.T) {
			l := lab.Start(t)
			s := &doubtful{Store: l.Store}
			s.fate = fates(func() { l.MessageOn(lab.Reopen, "john", "m2") })[fate]
			x := command.New(command.Options{Store: s, View: l.View, Now: l.Clock.Now})
			got, err := x.Receive(ctx, lab.Reopen.Channel(), protocol.PostMessage{ID: "m1", Customer: protocol.Customer{ID: "john"}, Text: "x"})
			if err != nil || got.Outcome != request.Opened {
				t.Fatalf("G9: %v, %+v", err, got)
			}
			want := int64(1)
			if fate == "landed, and others went on" {
				want++
			}
			if d := open(l, got.Request); d.Version != want {
				t.Errorf("G9: version %d, want %d", d.Version, want)
			}
		})
	}
}

// A clock and a dismissal that the store is in doubt about take effect once.
func TestUnknownOutcomesWithoutAnAnswer(t *testing.T) {
	for fate := range fates(nil) {
		t.Run(fate, func(t *testing.T) {
			l := lab.Start(t)
			connect(l, lab.Erin)
			id := l.MessageOn(lab.Realert, "john", "m1").Request
			s := &doubtful{Store: l.Store}
			x := command.New(command.Options{Store: s, View: l.View, Now: l.Clock.Now})
			s.fate = fates(func() {})[fate]
			if err := x.Dismiss(ctx, lab.Erin, id); err != nil || len(alerted(l, lab.Erin)) > 0 {
				t.Errorf("N5: %v", err)
			}
			s.fate = fates(func() {})[fate]
			if err := x.Subscribe(ctx, lab.Gina, lab.Realert.List()); err != nil {
				t.Errorf("N1: %v", err)
			}
			if s := l.View.Agent("gina").Subscriptions[lab.Realert.List()]; !s.Subscribed {
				t.Errorf("N1: %+v", s)
			}
			s.fate = fates(func() {})[fate]
			if err := x.ForceClose(ctx, id); err != nil || closed(l, id).Reason != request.ClosedByForce {
				t.Errorf("L2: %v", err)
			}
		})
	}
}
