package hub_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/snapshot"
)

// endless is a tick that only the test ends.
func endless(o *hub.Options) { o.Tick = time.Hour }

// begun is a connection of alice's who has had the first event of a tick.
func begun(t *testing.T, l *lab.Lab) (c *hub.Conn, cursor string) {
	t.Helper()
	c = l.Connect(lab.Alice, "")
	next(t, c)
	l.Message("first", "first")
	flush := next(t, c)
	wantTypes(t, "the first at once", flush.Frames, protocol.EventReceived)
	return c, flush.Cursor
}

// wantHeld wants events to wait for the end of the tick.
func wantHeld(t *testing.T, l *lab.Lab, c *hub.Conn, events int) {
	t.Helper()
	l.Hub.Stats() // waits until the hub is done with them
	if n := c.Waiting(); n != events {
		t.Errorf("%d events wait, want %d", n, events)
	}
	if flush, ok, err := c.Take(); ok || err != nil {
		t.Errorf("%v go out before the tick's end, %v", types(flush.Frames), err)
	}
}

// The first event goes out at once, what comes within the tick together at its end,
// and a cursor stands behind all of it.
func TestTick(t *testing.T) {
	l := lab.Start(t, endless)
	c, cursor := begun(t, l)
	for n := range 3 {
		l.Message(fmt.Sprint("c", n), fmt.Sprint("m", n))
	}
	wantHeld(t, l, c, 3)
	l.Hub.EndTick()
	flush := next(t, c)
	wantTypes(t, "the others together", flush.Frames, protocol.EventReceived, protocol.EventReceived, protocol.EventReceived)
	wantTypes(t, "the cursor of the first", next(t, l.Connect(lab.Alice, cursor)).Frames, types(flush.Frames)...)
	if again := next(t, l.Connect(lab.Alice, flush.Cursor)); len(again.Frames) > 0 {
		t.Errorf("behind the cursor of the others there is %v", types(again.Frames))
	}
	// They began a tick of their own; after one in which nothing came, the next event
	// is a first one again.
	l.Hub.EndTick()
	l.Message("late", "late")
	wantTypes(t, "after quiet", next(t, c).Frames, protocol.EventReceived)
}

// A tick is the replica's: who has had nothing yet waits for its end as well, so that
// nobody's cursor is ahead of another's for longer than that.
func TestOneTickForAll(t *testing.T) {
	l := lab.Start(t, endless)
	begun(t, l)
	erin := l.Connect(lab.Erin, "")
	next(t, erin)
	l.MessageOn(lab.Reopen, "mary", "m1")
	wantHeld(t, l, erin, 1)
	l.Hub.EndTick()
	wantTypes(t, "at the tick's end", next(t, erin).Frames, protocol.EventReceived)
}

// Nothing that ends a connection or answers one waits for a tick.
func TestWhatDoesNotWaitForTheTick(t *testing.T) {
	var told sessions
	tests := map[string]struct {
		happens func(*testing.T, *lab.Lab, *hub.Conn)
		last    []protocol.EventType // of the flush with what waited
		ends    error
	}{
		"too slow": {
			happens: func(_ *testing.T, l *lab.Lab, _ *hub.Conn) {
				for n := range 6 {
					l.Message(fmt.Sprint("c", n), fmt.Sprint("m", n))
				}
			},
			ends: hub.ErrSlow,
		},
		"replaced": {
			happens: func(t *testing.T, l *lab.Lab, _ *hub.Conn) {
				replacing(l, snapshot.SessionReplace)
				tell(t, l, lab.Alice, "lab", told.newest())
				tell(t, l, lab.Alice, "other", "newer")
			},
			last: []protocol.EventType{protocol.EventReceived, protocol.EventReplaced}, ends: hub.ErrReplaced,
		},
		"draining": {
			happens: func(t *testing.T, l *lab.Lab, _ *hub.Conn) {
				var wg sync.WaitGroup
				drained, cancel := context.WithCancel(ctx)
				wg.Go(func() { l.Hub.Drain(drained, time.Millisecond) })
				t.Cleanup(func() { cancel(); wg.Wait() })
			},
			last: []protocol.EventType{protocol.EventReceived, protocol.EventDraining}, ends: hub.ErrDraining,
		},
		"renewed": {
			happens: func(_ *testing.T, _ *lab.Lab, c *hub.Conn) { c.Renew(lab.Alice) },
			last:    []protocol.EventType{protocol.EventReceived},
		},
		"closed": {
			happens: func(_ *testing.T, _ *lab.Lab, c *hub.Conn) { c.Close() },
			ends:    hub.ErrClosed,
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			l := lab.Start(t, endless, told.of, func(o *hub.Options) { o.QueueFrames = 5 })
			c, _ := begun(t, l)
			l.Message("waits", "waits")
			tc.happens(t, l, c)
			if tc.last != nil {
				frames, _ := until(t, c, len(tc.last))
				wantTypes(t, "what waited", frames, tc.last...)
			}
			if tc.ends != nil {
				patience, cancel := context.WithTimeout(ctx, time.Minute)
				defer cancel()
				if flush, err := c.Next(patience); !errors.Is(err, tc.ends) {
					t.Errorf("%v, %v", types(flush.Frames), err)
				}
			}
		})
	}
}

// With ticks as they are, everything comes, once, in order, to connections that begin
// at any time.
func TestNothingIsLostToTicks(t *testing.T) {
	l := lab.Start(t, func(o *hub.Options) { o.Tick = time.Millisecond })
	first := l.Connect(lab.Alice, "")
	begin := next(t, first).Cursor
	const messages, writers = 50, 4
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for n := range messages {
				l.Message(fmt.Sprintf("c%d-%d", w, n), fmt.Sprintf("m%d-%d", w, n))
			}
		})
	}
	read := func(c *hub.Conn) (ids []string) {
		for len(ids) < writers*messages {
			for _, f := range next(t, c).Frames {
				ids = append(ids, lab.Event(t, f).RequestID)
			}
		}
		return ids
	}
	want := read(first)
	seen := map[string]bool{}
	for _, id := range want {
		seen[id] = true
	}
	if len(seen) != writers*messages {
		t.Errorf("%d requests in %d events", len(seen), len(want))
	}
	wg.Wait()
	if again := read(l.Connect(lab.Alice, begin)); fmt.Sprint(again) != fmt.Sprint(want) {
		t.Error("what is resumed is not what came")
	}
}
