package hub_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
)

// R1: whatever was missed comes, once and in order, also over a restart.
func TestResume(t *testing.T) {
	l := lab.Start(t)
	c := l.Connect(lab.Alice, "")
	cursor := next(t, c).Cursor
	c.Close()
	var want []string
	for i := range 5 {
		want = append(want, l.Message(fmt.Sprintf("c%d", i), fmt.Sprintf("m%d", i)).Request)
	}
	check := func(when string) {
		t.Helper()
		frames, _ := until(t, l.Connect(lab.Alice, cursor), len(want))
		var got []string
		for _, f := range frames {
			got = append(got, lab.Event(t, f).RequestID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	check("resumed")
	l.Stop()
	l.Run()
	l.Eventually(func() bool { return l.Hub.Ready() == nil })
	check("resumed after a restart")
}

// A revision of the store can hold many events. A client that has had some of
// them still has the cursor from before, and gets all of them again.
func TestCursorCoversWholeRevisions(t *testing.T) {
	l := lab.Start(t)
	c := l.Connect(lab.Alice, "")
	cursor := next(t, c).Cursor
	var wg sync.WaitGroup
	const open = 200
	for i := range open {
		wg.Go(func() { l.Message(fmt.Sprintf("c%d", i), fmt.Sprintf("m%d", i)) })
	}
	wg.Wait()
	frames, _ := until(t, l.Connect(lab.Alice, cursor), open)
	var all []string
	for _, f := range frames {
		all = append(all, lab.Event(t, f).RequestID)
	}
	// Whatever flush a client is cut off in, what it has and what it resumes with
	// are everything.
	var had []string
	for last, shared := cursor, 0; len(had) < open; {
		flush := next(t, c)
		shared = max(shared, len(flush.Frames))
		for cut := range flush.Frames {
			rest, _ := until(t, l.Connect(lab.Alice, last), open-len(had))
			got := slices.Clone(had)
			for _, f := range rest {
				got = append(got, lab.Event(t, f).RequestID)
			}
			if diff := cmp.Diff(all, got); diff != "" {
				t.Fatalf("cut after %d of %d frames (-want +got):\n%s", cut, len(flush.Frames), diff)
			}
			if cut > 2 {
				break // the resume does not depend on where the cut is
			}
		}
		for _, f := range flush.Frames {
			had = append(had, lab.Event(t, f).RequestID)
		}
		last = flush.Cursor
		if len(had) == open && shared < 2 {
			t.Fatal("no flush held more than one event: the test has shown nothing")
		}
	}
}

func TestCursorsThatCannotBeResumed(t *testing.T) {
	l := lab.Start(t)
	l.Message("john", "m1")
	old := protocol.Cursor{History: l.View.History(), Revision: 1}
	l.Clock.Move(time.Hour)
	l.Message("john", "m2")
	l.Clock.Move(time.Hour)
	l.Message("john", "m3")
	if err := l.Hub.Compact(ctx); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		cursor string
		want   protocol.GapReason
	}{
		"R2 older than what is kept": {old.String(), protocol.GapExpired},
		"R3 from another epoch":      {"another.5", protocol.GapEpoch},
		"R3 from another run":        {l.Store.Epoch() + "-ANOTHER7.5", protocol.GapEpoch},
		"R3 from the future":         {protocol.Cursor{History: l.View.History(), Revision: 1 << 40}.String(), protocol.GapFuture},
		"malformed":                  {"nonsense", protocol.GapMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			frames := next(t, l.Connect(lab.Alice, tc.cursor)).Frames
			wantTypes(t, "", frames, protocol.EventGap, protocol.EventSnapshot)
			var gap protocol.Gap
			if err := json.Unmarshal(frames[0].Data, &gap); err != nil || gap.Reason != tc.want {
				t.Errorf("reason %q, %v; want %q", gap.Reason, err, tc.want)
			}
			if s := snapshotOf(t, frames[1]); s.Reason != protocol.SnapshotGap || len(s.Requests) != 1 {
				t.Errorf("%s with %d requests", s.Reason, len(s.Requests))
			}
		})
	}
}

// After a restart the floor is the store's, and the gap is still told.
func TestCompactedHistoryStaysAGapAfterARestart(t *testing.T) {
	l := lab.Start(t)
	l.Message("john", "m1")
	l.Clock.Move(time.Hour)
	l.Message("john", "m2")
	if err := l.Hub.Compact(ctx); err != nil {
		t.Fatal(err)
	}
	l.Stop()
	l.Run()
	l.Eventually(func() bool { return l.Hub.Ready() == nil })
	frames := next(t, l.Connect(lab.Alice, protocol.Cursor{History: l.View.History(), Revision: 1}.String())).Frames
	wantTypes(t, "R2", frames, protocol.EventGap, protocol.EventSnapshot)
}

// N1, N2: who subscribes in the very revision in which a request opens is shown it,
// and not told of it: on a living connection, and resumed from before.
func TestSubscriptionInTheRevisionOfAnEvent(t *testing.T) {
	l := lab.Start(t)
	living := l.Connect(lab.Carol, "")
	cursor := next(t, living).Cursor
	now := l.Clock.Now()
	doc := request.Document{ID: "r1", List: "l1", State: request.Unread, Version: 1, OpenedAt: now, LastCustomerAt: now, Last: request.Change{Kind: request.Receive, At: now}}
	if _, err := l.Store.Commit(ctx, store.Txn{Ops: []store.Op{
		store.Put(keyspace.Slot("facebook", "john"), encode(t, doc)),
		store.Put(keyspace.Subscription("carol", "l1"), encode(t, keyspace.SubscriptionRecord{Subscribed: true})),
	}}); err != nil {
		t.Fatal(err)
	}
	l.Eventually(func() bool { return l.View.Request("r1") != nil })
	for when, c := range map[string]*hub.Conn{"living": living, "resumed": l.Connect(lab.Carol, cursor)} {
		frames := next(t, c).Frames
		wantTypes(t, when, frames, protocol.EventListsChanged, protocol.EventSnapshot)
		if s := snapshotOf(t, frames[1]); len(s.Requests) != 1 {
			t.Errorf("%s: shown %+v", when, s.Requests)
		}
	}
}

// What a new snapshot changes of an agent's lists is told on resuming, too (L8), and
// also after a restart.
func TestResumeFromBeforeASnapshot(t *testing.T) {
	l := lab.Start(t)
	c := l.Connect(lab.Alice, "")
	cursor := next(t, c).Cursor
	c.Close()
	config := lab.Config()
	config.Lists[0].DisplayName = "Renamed"
	l.Program(config)
	check := func(when string) {
		t.Helper()
		frames := next(t, l.Connect(lab.Alice, cursor)).Frames
		wantTypes(t, when, frames, protocol.EventListsChanged, protocol.EventSnapshot)
		if s := snapshotOf(t, frames[1]); len(s.Lists) != 1 || s.Lists[0].DisplayName != "Renamed" {
			t.Errorf("%s shown %+v", when, s.Lists)
		}
	}
	check("resumed")
	l.Stop()
	l.Run()
	l.Eventually(func() bool { return l.Hub.Ready() == nil })
	check("resumed after a restart")
	// A change of the lists is told at the end, so no cursor stands before it.
	for _, id := range []string{"m1", "m2", "m3"} {
		l.Message(id, id)
	}
	frames := next(t, l.Connect(lab.Alice, cursor)).Frames
	for i, f := range frames {
		if last := i == len(frames)-1; f.Whole > 0 != last {
			t.Errorf("frame %d of %d, %s: a cursor of %d", i, len(frames), f.Type, f.Whole)
		}
	}
	// From behind it there is nothing to tell.
	c = l.Connect(lab.Alice, "")
	cursor = next(t, c).Cursor
	wantTypes(t, "up to date", next(t, l.Connect(lab.Alice, cursor)).Frames)
}

// A client that comes from a replica that is further than this one is waited for,
// and resumes.
func TestResumeFromJustAhead(t *testing.T) {
	l := lab.Start(t)
	l.Hub.WaitForFuture(time.Hour)   // however long the message takes
	l.Connect(lab.Alice, "").Close() // seen: her calls write nothing any more
	ahead := protocol.Cursor{History: l.View.History(), Revision: l.View.Revision() + 1}
	connected := make(chan *hub.Conn)
	go func() { connected <- l.Connect(lab.Alice, ahead.String()) }()
	l.Message("john", "m1")
	flush := next(t, <-connected)
	if wantTypes(t, "", flush.Frames); flush.Cursor == "" {
		t.Error("no cursor")
	}
}
