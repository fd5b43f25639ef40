package hub_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/protocol"
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
	old := protocol.Cursor{Epoch: l.View.Epoch(), Revision: 1}
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
		"R3 from the future":         {protocol.Cursor{Epoch: l.View.Epoch(), Revision: 1 << 40}.String(), protocol.GapFuture},
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
	frames := next(t, l.Connect(lab.Alice, protocol.Cursor{Epoch: l.View.Epoch(), Revision: 1}.String())).Frames
	wantTypes(t, "R2", frames, protocol.EventGap, protocol.EventSnapshot)
}
