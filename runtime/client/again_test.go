package client

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/protocol"
)

// What comes again after a break is left out, also where several events share a
// version, or have none: an alert that was dismissed and raised again stays raised.
func TestWhatComesAgainIsLeftOut(t *testing.T) {
	of := func(kind protocol.EventType, data string) frame {
		return frame{event: string(kind), data: fmt.Appendf(nil, `{"type":%q,%s}`, kind, data)}
	}
	events := []frame{
		of(protocol.EventReceived, `"requestId":"A","version":1,"alert":true`),
		of(protocol.EventAlertWithdrawn, `"request":"A"`),
		of(protocol.EventReceived, `"requestId":"A","version":2,"alert":true`),
		of(protocol.EventPresence, `"requestId":"A","presence":{"online":true}`),
		of(protocol.EventPresence, `"requestId":"A","presence":{"online":false}`),
		of(protocol.EventOffer, `"requestId":"A","version":3,"status":"withdrawn"`),
		of(protocol.EventOffer, `"requestId":"A","version":3,"status":"withdrawn"`),
		of(protocol.EventAlertWithdrawn, `"all":true`),
		of(protocol.EventAlertWithdrawn, `"request":"A"`),
	}
	var want []string
	for _, e := range events {
		want = append(want, string(e.data))
	}
	for cut := range len(events) + 1 {
		var got []string
		f := &follower{seen: map[key]bool{}, before: map[key]bool{}, yield: func(e Event, _ error) bool {
			got = append(got, string(e.Data))
			return true
		}}
		for _, connection := range [][]frame{events[:cut], events} {
			f.had = map[key]int{}
			for _, e := range connection {
				if err := f.take(e); err != nil {
					t.Fatal(err)
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("cut after %d (-want +got):\n%s", cut, diff)
		}
	}
}

// A cursor may stay where it is for a while: before something that the next connection
// tells of. What comes behind it comes again with every break.
func TestWhatComesAgainBehindACursorThatStays(t *testing.T) {
	event := func(version int, cursor string) frame {
		return frame{
			event: string(protocol.EventReceived), id: cursor,
			data: fmt.Appendf(nil, `{"type":"request.received","requestId":"A","version":%d}`, version),
		}
	}
	var got []int64
	f := &follower{seen: map[key]bool{}, before: map[key]bool{}, yield: func(e Event, _ error) bool {
		if v, ok := e.value.(*protocol.Event); ok {
			got = append(got, v.Version)
		}
		return true
	}}
	gap := frame{event: string(protocol.EventGap), data: []byte(`{"type":"gap","reason":"otherEpoch"}`)}
	for _, connection := range [][]frame{
		{event(1, "X.1"), event(2, ""), event(3, "X.2"), event(4, "X.2")},
		{event(2, ""), event(3, "X.2"), event(4, "X.2"), event(5, "X.2")},
		{event(2, ""), event(3, ""), event(4, ""), event(5, ""), event(6, "X.9")},
		{gap, event(5, "Y.1"), event(6, "Y.2")}, // of another history
		{event(7, "Y.3"), event(7, "Y.4")},      // no break is between them: that is for who follows to know
	} {
		f.had, f.progress = map[key]int{}, false
		for _, e := range connection {
			if err := f.take(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	if diff := cmp.Diff([]int64{1, 2, 3, 4, 5, 6, 5, 6, 7, 7}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
