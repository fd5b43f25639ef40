package hub_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

var ctx = context.Background()

// next waits for the next flush.
func next(t *testing.T, c *hub.Conn) hub.Flush {
	t.Helper()
	patience, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	flush, err := c.Next(patience)
	if err != nil {
		t.Fatal(err)
	}
	return flush
}

// until reads flushes until n frames have come, and says where that is.
func until(t *testing.T, c *hub.Conn, n int) (frames []hub.Frame, cursor string) {
	t.Helper()
	for len(frames) < n {
		flush := next(t, c)
		frames, cursor = append(frames, flush.Frames...), flush.Cursor
	}
	return frames, cursor
}

func types(frames []hub.Frame) []protocol.EventType {
	var names []protocol.EventType
	for _, f := range frames {
		names = append(names, f.Type)
	}
	return names
}

func wantTypes(t *testing.T, what string, frames []hub.Frame, want ...protocol.EventType) {
	t.Helper()
	if diff := cmp.Diff(want, types(frames)); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

func snapshotOf(t *testing.T, f hub.Frame) protocol.Snapshot {
	t.Helper()
	var s protocol.Snapshot
	if err := json.Unmarshal(f.Data, &s); err != nil || f.Type != protocol.EventSnapshot {
		t.Fatalf("%s is no snapshot: %v", f.Type, err)
	}
	return s
}

func do(t *testing.T, _ protocol.Result, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The story of a Facebook comment: what each agent is told.
func TestWhoIsToldWhat(t *testing.T) {
	l := lab.Start(t)
	alice, bob := l.Connect(lab.Alice, ""), l.Connect(lab.Bob, "")
	wantTypes(t, "alice begins", next(t, alice).Frames, protocol.EventSnapshot)
	wantTypes(t, "bob begins", next(t, bob).Frames, protocol.EventSnapshot)

	both := func(rule string, want ...protocol.EventType) {
		t.Helper()
		for name, c := range map[string]*hub.Conn{"alice": alice, "bob": bob} {
			frames, _ := until(t, c, len(want))
			wantTypes(t, rule+" "+name, frames, want...)
		}
	}
	id := l.Message("john", "m1").Request
	both("T01, N1", protocol.EventReceived)
	l.Message("john", "m2") // T03: nothing
	result, err := l.Do.Join(ctx, lab.Alice, id, "")
	do(t, result, err)
	both("T07 and nothing for T03", protocol.EventStateChanged)
	result, err = l.Do.Join(ctx, lab.Bob, id, "")
	do(t, result, err)
	both("T08", protocol.EventMembersChanged)
	l.Message("john", "m3")
	both("T04", protocol.EventMessage)
	result, err = l.Do.Leave(ctx, lab.Alice, id, "")
	do(t, result, err)
	both("T14", protocol.EventStateChanged)
	l.Message("john", "m4")
	frames, _ := until(t, bob, 1)
	wantTypes(t, "T04: bob is a member", frames, protocol.EventMessage)
	result, err = l.Do.Leave(ctx, lab.Bob, id, "")
	do(t, result, err)
	both("T15, and no message for alice who had left", protocol.EventStateChanged)
	l.Message("john", "m5") // T05: nothing
	result, err = l.Do.Join(ctx, lab.Bob, id, "")
	do(t, result, err)
	both("T11 and nothing for T05", protocol.EventStateChanged)
	result, err = l.Do.Close(ctx, lab.Bob, id, "")
	do(t, result, err)
	for name, c := range map[string]*hub.Conn{"alice": alice, "bob": bob} {
		frames, _ := until(t, c, 1)
		if e := lab.Event(t, frames[0]); e.Type != protocol.EventStateChanged || e.Request.State != request.Closed || e.Actor.Name != "bob" {
			t.Errorf("T18: %s is told %+v", name, e)
		}
	}
}

func TestSnapshotShowsWhatIsOpen(t *testing.T) {
	l := lab.Start(t)
	first := l.Message("john", "m1").Request
	second := l.Message("mary", "m2").Request
	s := snapshotOf(t, next(t, l.Connect(lab.Alice, "")).Frames[0])
	var ids []string
	for _, r := range s.Requests {
		ids = append(ids, r.ID)
	}
	if diff := cmp.Diff([]string{first, second}, ids); diff != "" || s.Reason != protocol.SnapshotConnected || s.Cursor == "" {
		t.Errorf("%s %q: %s", s.Reason, s.Cursor, diff)
	}
	if len(s.Lists) != 1 || s.Lists[0].Name != "l1" || !s.Lists[0].Subscribed {
		t.Errorf("lists %+v", s.Lists)
	}
	if s := snapshotOf(t, next(t, l.Connect(lab.Dave, "")).Frames[0]); len(s.Requests)+len(s.Lists) != 0 {
		t.Errorf("an agent without access is shown %+v", s)
	}
}

func TestLargeSnapshotComesInParts(t *testing.T) {
	l := lab.Start(t)
	const open = 1203
	const writers = 8
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := w; i < open; i += writers {
				l.Message(fmt.Sprintf("c%d", i), fmt.Sprintf("m%d", i))
			}
		})
	}
	wg.Wait()
	c := l.Connect(lab.Alice, "")
	if n := c.Held(); n > 0 {
		t.Errorf("%d bytes wait for who may never read them", n)
	}
	l.Message("late", "late") // comes behind the snapshot
	l.Hub.Stats()             // waits until the hub is done with it
	rows, parts := 0, 0
	for more := true; more; parts++ {
		flush := next(t, c)
		s := snapshotOf(t, flush.Frames[0])
		rows += len(s.Requests)
		more = s.More
		if (s.Cursor == "") != more || more && (flush.Cursor != "" || len(flush.Frames) > 1) {
			t.Errorf("part %d: more %t, cursor %q, flush %q of %v", parts, s.More, s.Cursor, flush.Cursor, types(flush.Frames))
		}
		if !more {
			wantTypes(t, "the last part and what came behind it", flush.Frames, protocol.EventSnapshot, protocol.EventReceived)
		}
	}
	if rows != open || parts != 3 {
		t.Errorf("%d rows in %d parts", rows, parts)
	}
}

func TestSubscribingAndUnsubscribing(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	c := l.Connect(lab.Carol, "") // an Admin without autoSubscribe
	if s := snapshotOf(t, next(t, c).Frames[0]); len(s.Requests) != 0 || len(s.Lists) != 2 {
		t.Fatalf("before subscribing: %+v", s)
	}
	if err := l.Do.Subscribe(ctx, lab.Carol, "l1"); err != nil {
		t.Fatal(err)
	}
	frames, _ := until(t, c, 2)
	wantTypes(t, "N2", frames, protocol.EventListsChanged, protocol.EventSnapshot)
	if s := snapshotOf(t, frames[1]); len(s.Requests) != 1 || s.Requests[0].ID != id || !slices.Equal(s.Only, []string{"l1"}) {
		t.Errorf("N2: the list's snapshot: %+v", s)
	}
	l.Message("mary", "m2")
	frames, cursor := until(t, c, 1)
	wantTypes(t, "N1: from now on", frames, protocol.EventReceived)
	if err := l.Do.Unsubscribe(ctx, lab.Carol, "l1"); err != nil {
		t.Fatal(err)
	}
	frames, _ = until(t, c, 1)
	wantTypes(t, "N3", frames, protocol.EventListsChanged)
	l.Message("paul", "m3")
	// Resumed from before she unsubscribed: nothing of the list's (R1), but what
	// her lists are now.
	wantTypes(t, "R1", next(t, l.Connect(lab.Carol, cursor)).Frames, protocol.EventListsChanged, protocol.EventSnapshot)
}

// N3: who unsubscribes keeps the conversations that they are in.
func TestMembershipOutlivesTheSubscription(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	c := l.Connect(lab.Alice, "")
	next(t, c)
	result, err := l.Do.Join(ctx, lab.Alice, id, "")
	do(t, result, err)
	until(t, c, 1)
	if err := l.Do.Unsubscribe(ctx, lab.Alice, "l1"); err != nil {
		t.Fatal(err)
	}
	until(t, c, 1)
	l.Message("john", "m2")
	frames, _ := until(t, c, 1)
	wantTypes(t, "N3", frames, protocol.EventMessage)
	result, err = l.Do.Leave(ctx, lab.Alice, id, "")
	do(t, result, err)
	frames, _ = until(t, c, 1)
	wantTypes(t, "N3: her own leave", frames, protocol.EventStateChanged)
}

// A new snapshot takes effect on living connections.
func TestConfigurationReachesConnections(t *testing.T) {
	sighted := make(chan inbox.Agent, 10)
	l := lab.Start(t, func(o *hub.Options) { o.Sight = func(a inbox.Agent) { sighted <- a } })
	alice := l.Connect(lab.Alice, "")
	next(t, alice)
	config := lab.Config()
	config.Subscriptions[0].Lists = []string{"l1", "l2"}
	l.Program(config)
	frames, _ := until(t, alice, 1)
	wantTypes(t, "a further list", frames, protocol.EventListsChanged)
	if got := <-sighted; got.Name != "alice" {
		t.Errorf("to be subscribed: %+v", got)
	}
	config = lab.Config()
	config.Lists[0].DisplayName = "Renamed" // L8
	config.Subscriptions[0].Lists = []string{"l1"}
	l.Program(config)
	frames, _ = until(t, alice, 1)
	wantTypes(t, "L8", frames, protocol.EventListsChanged)
	config = lab.Config()
	config.Subscriptions = config.Subscriptions[1:] // L7: alice's access is gone
	l.Program(config)
	frames, _ = until(t, alice, 1)
	wantTypes(t, "L7", frames, protocol.EventListsChanged)
	l.Message("john", "m1")
	bob := l.Connect(lab.Bob, "")
	if s := snapshotOf(t, next(t, bob).Frames[0]); len(s.Requests) != 0 {
		t.Errorf("bob without access is shown %+v", s)
	}
}

// R5: who does not read is let go, and nobody else notices.
func TestSlowReaderIsLetGo(t *testing.T) {
	for name, bound := range map[string]func(*hub.Options){
		"too many events": func(o *hub.Options) { o.QueueFrames = 5 },
		"too many bytes":  func(o *hub.Options) { o.QueueBytes = 3000 },
	} {
		t.Run(name, func(t *testing.T) {
			l := lab.Start(t, bound)
			slow, quick := l.Connect(lab.Alice, ""), l.Connect(lab.Bob, "")
			cursor := next(t, slow).Cursor
			next(t, quick)
			for i := range 20 {
				l.Message(fmt.Sprintf("c%d", i), fmt.Sprintf("m%d", i))
				until(t, quick, 1)
			}
			if _, err := slow.Next(ctx); !errors.Is(err, hub.ErrSlow) {
				t.Errorf("the slow reader is told %v", err)
			}
			if frames, _ := until(t, l.Connect(lab.Alice, cursor), 20); len(frames) != 20 {
				t.Errorf("resumed with %d events", len(frames))
			}
		})
	}
}

func TestIdleConnectionsGetBookmarks(t *testing.T) {
	l := lab.Start(t, func(o *hub.Options) { o.BookmarkEvery = 10 * time.Millisecond })
	c := l.Connect(lab.Dave, "")
	first := next(t, c).Cursor
	l.Message("john", "m1") // not dave's
	l.Eventually(func() bool {
		flush := next(t, c)
		return len(flush.Frames) == 0 && flush.Cursor != first
	})
}

func TestDrain(t *testing.T) {
	l := lab.Start(t)
	var wg sync.WaitGroup
	for range 10 {
		c := l.Connect(lab.Alice, "")
		wg.Go(func() {
			defer c.Close()
			told := false
			for {
				flush, err := c.Next(ctx)
				if err != nil {
					if !errors.Is(err, hub.ErrDraining) || !told {
						t.Errorf("ended with %v, told before: %t", err, told)
					}
					return
				}
				told = told || slices.Contains(types(flush.Frames), protocol.EventDraining)
			}
		})
	}
	l.Hub.Drain(ctx, 50*time.Millisecond)
	wg.Wait()
	if _, err := l.Hub.Connect(ctx, lab.Alice, ""); !errors.Is(err, hub.ErrDraining) {
		t.Errorf("a new connection is told %v", err)
	}
}

// A subscription given to another agent's name never leaks: the audience is by
// name and list alone.
func TestForeignListsStaySilent(t *testing.T) {
	l := lab.Start(t)
	config := lab.Config()
	config.Subscriptions = append(config.Subscriptions, snapshot.Subscription{
		Source: snapshot.Source{Name: "other", UID: "other"}, Agents: []string{"erin"}, Lists: []string{"l2"},
		Role: snapshot.Representative, AutoSubscribe: true,
	})
	l.Program(config)
	erin := l.Connect(inbox.Agent{Name: "erin"}, "")
	cursor := next(t, erin).Cursor
	alice := l.Connect(lab.Alice, "")
	next(t, alice)
	l.Message("john", "m1")
	until(t, alice, 1)
	if flush := next(t, l.Connect(inbox.Agent{Name: "erin"}, cursor)); len(flush.Frames) != 0 {
		t.Errorf("erin is told %v", types(flush.Frames))
	}
}
