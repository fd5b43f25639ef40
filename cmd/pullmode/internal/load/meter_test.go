package load

import (
	"context"
	"fmt"
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
