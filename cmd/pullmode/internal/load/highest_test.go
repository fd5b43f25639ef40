package load

import (
	"testing"
	"time"
)

// A rate is carried when agents were told in time; of nobody who was told nothing is that
// known.
func TestCarried(t *testing.T) {
	quick := Percentiles{Count: 100, P99: 20}
	for name, tc := range map[string]struct {
		step Step
		want bool
	}{
		"all well":                 {Step{Rate: 10, Opened: 10, Notification: quick, Post: quick}, true},
		"told too late":            {Step{Rate: 10, Opened: 10, Notification: Percentiles{Count: 100, P99: 900}, Post: quick}, false},
		"nobody was told anything": {Step{Rate: 10, Opened: 10, Post: quick}, false},
		"too few were opened":      {Step{Rate: 10, Opened: 5, Notification: quick, Post: quick}, false},
		"somebody was cut off":     {Step{Rate: 10, Opened: 10, Notification: quick, Post: quick, CutOff: 1}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tc.step.carried(500 * time.Millisecond); got != tc.want {
				t.Errorf("carried: %v", got)
			}
		})
	}
}
