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
		f := &follower{seen: map[key]bool{}, yield: func(e Event, _ error) bool {
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
