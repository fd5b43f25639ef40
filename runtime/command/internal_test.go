package command

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/pullmode/operator/runtime/view"
)

// What is on disk is answered, also by a replica whose view does not follow.
func TestSettleEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := New(Options{View: view.New("epoch")})
		begun := time.Now()
		x.settle(t.Context(), 5)
		if waited := time.Since(begun); waited != settlePatience {
			t.Errorf("waited %s", waited)
		}
	})
}

// A clock that jumps back does not reorder arrivals: order of id is order of arrival.
func TestIDsRise(t *testing.T) {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	ids := ids{now: func() time.Time { return now }}
	last := ""
	for _, passes := range []time.Duration{0, 0, time.Hour, -2 * time.Hour, time.Minute, 0, 3 * time.Hour} {
		now = now.Add(passes)
		next := ids.next()
		if next <= last {
			t.Errorf("%s follows %s after %s", next, last, passes)
		}
		last = next
	}
}
