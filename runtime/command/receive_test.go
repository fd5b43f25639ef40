package command_test

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/view"
)

// L4: a channel that is pulled no longer takes nothing new, and what is open on it
// goes on.
func TestChannelThatIsPulledNoLonger(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	config := lab.Config()
	config.Channels[0].RoutingMode, config.Channels[0].List = snapshot.RoutingPush, ""
	l.Program(config)
	if got := l.Message("john", "m2"); got.Request != id || got.Outcome != request.Appended {
		t.Errorf("L4: what is open does not go on: %+v", got)
	}
	if _, err := l.Do.Receive(ctx, "facebook", protocol.PostMessage{ID: "m3", Customer: protocol.Customer{ID: "mary"}, Text: "hi"}); reason(err) != command.NotPull {
		t.Errorf("L4: a new customer: %v", err)
	}
	if _, err := l.Do.Close(ctx, lab.Carol, id, ""); err != nil {
		t.Fatal(err)
	}
	if got := l.Message("john", "m2"); !got.Duplicate || got.Request != id {
		t.Errorf("G9: a repeat of what was taken before: %+v", got)
	}
}

// G9: ids of messages are a customer's own. A connector that counts the messages
// of each conversation from 1 loses none.
func TestTheSameMessageIDOfTwoCustomers(t *testing.T) {
	l := lab.Start(t)
	johns, marys := l.Message("john", "1"), l.Message("mary", "1")
	if marys.Duplicate || marys.Outcome != request.Opened || marys.Request == johns.Request {
		t.Errorf("john's answered %+v, mary's %+v", johns, marys)
	}
}

// committing is a store that lets something happen when a commit has been answered.
type committing struct {
	*store.Store
	then func()
}

func (s committing) Commit(ctx context.Context, txn store.Txn) (store.Result, error) {
	defer s.then()
	return s.Store.Commit(ctx, txn)
}

// Whoever is answered can read it back, also when it is a repeat that is answered.
func TestRepeatIsAnsweredWhenTheViewShowsIt(t *testing.T) {
	l := lab.Start(t)
	behind := view.New(l.Store.History())
	loaded, err := l.Store.Load(ctx, view.Prefixes, behind.Load)
	if err != nil {
		t.Fatal(err)
	}
	if err := behind.Loaded(loaded); err != nil {
		t.Fatal(err)
	}
	first := l.Message("john", "m1")
	// repeat posts it again, and says whether the wait for the view was cut short.
	repeat := func(ctx context.Context, s command.Store) (short bool) {
		t.Helper()
		log := slog.New(&hears{word: "caught up", then: func() { short = true }})
		x := command.New(command.Options{Store: s, View: behind, Now: l.Clock.Now, Log: log})
		again, err := x.Receive(ctx, "facebook", protocol.PostMessage{ID: "m1", Customer: protocol.Customer{ID: "john"}, Text: "hello"})
		if err != nil || !again.Duplicate || again.Request != first.Request {
			t.Errorf("answered %+v, %v", again, err)
		}
		return short
	}
	patience, giveUp := context.WithCancel(ctx)
	if !repeat(patience, committing{l.Store, giveUp}) {
		t.Error("it does not wait for a view that does not follow")
	}
	following, stop := context.WithCancel(ctx)
	var follow sync.WaitGroup
	follow.Go(func() { _ = l.Store.Watch(following, loaded+1, behind.Apply) })
	if short := repeat(ctx, l.Store); !short && behind.Request(first.Request) == nil {
		t.Error("answered before the view had the request")
	}
	stop()
	follow.Wait()
}

// T02: a request that nobody is told of is counted, once.
func TestRequestsThatNobodyIsToldOf(t *testing.T) {
	l := lab.Start(t)
	var unheard []string
	x := command.New(command.Options{Store: l.Store, View: l.View, Now: l.Clock.Now, Unheard: func(list string) { unheard = append(unheard, list) }})
	post := func(customer, id string) {
		t.Helper()
		if _, err := x.Receive(ctx, "facebook", protocol.PostMessage{ID: id, Customer: protocol.Customer{ID: customer}, Text: "hello"}); err != nil {
			t.Fatal(err)
		}
	}
	check := func(when string, want int) {
		t.Helper()
		if len(unheard) != want || slices.ContainsFunc(unheard, func(list string) bool { return list != "l1" }) {
			t.Errorf("%s: %v", when, unheard)
		}
	}
	post("john", "m1")
	check("nobody is subscribed", 1)
	post("john", "m1")
	post("john", "m2")
	check("a repeat, and a further message", 1)
	if err := l.Do.See(ctx, lab.Alice); err != nil {
		t.Fatal(err)
	}
	post("mary", "m3")
	check("alice is subscribed", 1)
	config := lab.Config()
	config.Subscriptions = config.Subscriptions[1:]
	l.Program(config)
	post("paul", "m4")
	check("the list is alice's no longer", 2)
	l.Program(lab.Config())
	if err := l.Do.Unsubscribe(ctx, lab.Alice, "l1"); err != nil {
		t.Fatal(err)
	}
	post("peter", "m5")
	check("she has unsubscribed", 3)
}
