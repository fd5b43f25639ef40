package load

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"testing"
)

// What a runtime counted before it was killed still counts.
func TestMeterOverARestart(t *testing.T) {
	cpu := 10
	metrics := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total %d\n", cpu)
		fmt.Fprint(w, "# TYPE pullmode_store_commit_duration_seconds histogram\n")
		fmt.Fprint(w, "pullmode_store_commit_duration_seconds_bucket{le=\"0.004\"} 98\npullmode_store_commit_duration_seconds_bucket{le=\"0.008\"} 99\n")
		fmt.Fprint(w, "pullmode_store_commit_duration_seconds_bucket{le=\"+Inf\"} 100\npullmode_store_commit_duration_seconds_sum 1\npullmode_store_commit_duration_seconds_count 100\n")
	}))
	defer metrics.Close()
	m := &meter{url: metrics.URL}
	read := func() counts {
		t.Helper()
		c, err := m.read(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := read()
	m.restarted()
	cpu = 3
	second := read()
	if used := second.minus(first); used.cpu != 3 || second.cpu != 13 {
		t.Errorf("%v, %v", used.cpu, second.cpu)
	}
	if p99 := second.commits.quantile(0.99); p99 != 8 {
		t.Errorf("p99 %v", p99)
	}
}

// What took longer than every bound did not take no time: a disk that hangs is seen.
func TestQuantileBehindTheLastBound(t *testing.T) {
	inf := math.Inf(1)
	for name, tc := range map[string]struct {
		h    histogram
		want float64
	}{
		"nothing":               {histogram{1: 0, inf: 0}, 0},
		"within the bounds":     {histogram{1: 99, 2: 100, inf: 100}, 1000},
		"behind all of them":    {histogram{1: 10, 2: 20, inf: 100}, 2000},
		"without bounds at all": {histogram{inf: 100}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tc.h.quantile(0.99); got != tc.want {
				t.Errorf("%v, not %v", got, tc.want)
			}
		})
	}
}
