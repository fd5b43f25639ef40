package hub_test

import (
	"errors"
	"testing"

	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/protocol"
)

// Who takes and does not wait is called once for each time that there was nothing, and
// for an end as well.
func TestTake(t *testing.T) {
	l := lab.Start(t)
	c := l.Connect(lab.Alice, "")
	calls := make(chan struct{}, 100)
	c.Ready(func() { calls <- struct{}{} })
	take := func(want ...protocol.EventType) {
		t.Helper()
		flush, ok, err := c.Take()
		if err != nil || ok != (want != nil) {
			t.Fatalf("%v, %t, %v", types(flush.Frames), ok, err)
		}
		wantTypes(t, "taken", flush.Frames, want...)
	}
	take(protocol.EventSnapshot)
	take()
	for _, id := range []string{"m1", "m2"} {
		l.Message("john of "+id, id)
	}
	<-calls
	l.Eventually(func() bool { return c.Waiting() == 2 })
	take(protocol.EventReceived, protocol.EventReceived)
	take()
	c.Bookmark()
	<-calls
	if flush, ok, err := c.Take(); !ok || err != nil || flush.Cursor == "" || len(flush.Frames) > 0 {
		t.Errorf("%+v, %t, %v", flush, ok, err)
	}
	if len(calls) > 0 {
		t.Errorf("called %d times more", len(calls))
	}
	take()
	mine := errors.New("of the caller's own")
	c.Abort(mine)
	<-calls
	c.Abort(hub.ErrSlow) // too late to be why
	if _, ok, err := c.Take(); ok || !errors.Is(err, mine) {
		t.Errorf("%t, %v", ok, err)
	}
}
