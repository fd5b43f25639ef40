package command_test

import (
	"fmt"
	"testing"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// An agent may be given more lists at once than one transition can write.
func TestFirstSightOfManyLists(t *testing.T) {
	l := lab.Start(t)
	config := lab.Config()
	const lists = 3*store.MaxOps + 1
	for i := range lists - 1 {
		further := config.Lists[0]
		further.Source = snapshot.Source{Name: fmt.Sprintf("many%03d", i), UID: fmt.Sprint(i), Generation: 1}
		config.Lists = append(config.Lists, further)
		config.Subscriptions[0].Lists = append(config.Subscriptions[0].Lists, further.Name)
	}
	l.Program(config)
	if err := l.Do.See(ctx, lab.Alice); err != nil {
		t.Fatal(err)
	}
	if got := len(inbox.Of(l.View, lab.Alice).SubscribedLists()); got != lists {
		t.Errorf("subscribed to %d lists, want %d", got, lists)
	}
}

// What an agent chose a moment ago is not overwritten by a call of theirs that had
// begun before.
func TestSightDoesNotOverwriteAChoice(t *testing.T) {
	l := lab.Start(t)
	x := between(l, 1, func() {
		if err := l.Do.See(ctx, lab.Alice); err != nil {
			t.Error(err)
		}
		if err := l.Do.Unsubscribe(ctx, lab.Alice, "l1"); err != nil {
			t.Error(err)
		}
	})
	if err := x.See(ctx, lab.Alice); err != nil {
		t.Fatal(err)
	}
	if _, is := inbox.Of(l.View, lab.Alice).Subscribed("l1"); is {
		t.Error("alice is subscribed again")
	}
}
