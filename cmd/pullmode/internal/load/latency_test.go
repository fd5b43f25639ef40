package load

import (
	"math"
	"testing"
	"time"
)

// Percentiles are right within a grain, and never more than the most.
func TestPercentiles(t *testing.T) {
	var l latency
	for n := range 1000 {
		l.add(time.Duration(n+1) * time.Millisecond)
	}
	p := l.percentiles()
	for what, tc := range map[string]struct{ got, want float64 }{
		"p50": {p.P50, 500}, "p90": {p.P90, 900}, "p99": {p.P99, 990}, "max": {p.Max, 1000},
	} {
		if math.Abs(tc.got-tc.want) > tc.want*(grain-1) {
			t.Errorf("%s is %v, want %v", what, tc.got, tc.want)
		}
	}
	if p.Count != 1000 {
		t.Errorf("%d were counted", p.Count)
	}
	var none, one latency
	if (none.percentiles() != Percentiles{}) {
		t.Errorf("%+v", none.percentiles())
	}
	one.add(time.Hour) // beyond the last bucket
	if p := one.percentiles(); p.Max != 3.6e6 || p.P50 > p.Max {
		t.Errorf("%+v", p)
	}
}
