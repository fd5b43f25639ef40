package routing

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// While something is under way it is looked at soon, and ever more seldom.
func TestHurry(t *testing.T) {
	m := &memory{}
	var got []time.Duration
	for range 5 {
		got = append(got, m.hurry(3*time.Second))
	}
	want := []time.Duration{250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 3 * time.Second}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("waits (-want +got):\n%s", diff)
	}
	m.hurried = 1000
	if got := m.hurry(time.Hour); got > time.Hour || got <= 0 {
		t.Errorf("after a thousand times it waits %v", got)
	}
}
