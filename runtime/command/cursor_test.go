package command_test

import (
	"sync"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// between makes an executor that lets something happen in the middle of a
// command: the nth time that it asks for the time.
func between(l *lab.Lab, nth int, something func()) *command.Executor {
	var mu sync.Mutex
	return command.New(command.Options{Store: l.Store, View: l.View, Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		if nth--; nth == 0 {
			something()
		}
		return l.Clock.Now()
	}})
}

func revision(t *testing.T, cursor string) int64 {
	t.Helper()
	at, err := protocol.ParseCursor(cursor)
	if err != nil {
		t.Fatal(err)
	}
	return at.Revision
}

// R1: a cursor promises no more than the answer shows, also when nothing changed.
func TestCursorOfAnAnswerThatChangedNothing(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	if _, err := l.Do.Join(ctx, lab.Alice, id, ""); err != nil {
		t.Fatal(err)
	}
	var bobs int64
	x := between(l, 2, func() { // what is answered has been looked up again
		if _, err := l.Do.Join(ctx, lab.Bob, id, ""); err != nil {
			t.Error(err)
		}
		bobs = l.View.Request(id).Revision
	})
	got, err := x.Join(ctx, lab.Alice, id, "")
	if err != nil || got.Outcome != request.AlreadyMember || len(got.Request.Members) != 1 {
		t.Fatalf("%v, %+v", err, got)
	}
	if at := revision(t, got.Cursor); at >= bobs {
		t.Errorf("the cursor is at %d, and bob's join of %d is not in the answer", at, bobs)
	}
}

// R1: what the feed tells behind the cursor is not in the answer already.
func TestJoinShowsWhatItsCursorCovers(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	x := between(l, 2, func() { l.Message("john", "m2") }) // joined, and about to be answered
	got, err := x.Join(ctx, lab.Alice, id, "")
	if err != nil || len(got.Messages) != 1 || got.Messages[0].ID != "m1" {
		t.Errorf("%v: %+v", err, got.Messages)
	}
	if next := l.View.Request(id); revision(t, got.Cursor) >= next.Revision || next.Doc.Version != got.Request.Version+1 {
		t.Errorf("the cursor %s is not before the second message of %d", got.Cursor, next.Revision)
	}
}
