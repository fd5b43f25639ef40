package observe_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
)

// A connection that is taken over for another protocol is a 101, and how long it
// lasted is not how long an answer took.
func TestTakenOver(t *testing.T) {
	server, metrics, _ := serve(t, map[string]http.HandlerFunc{"GET /talk": func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = conn.Write([]byte("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: talk\r\n\r\n"))
	}})
	resp, _, err := get(t, server, "/talk", http.Header{"Connection": {"Upgrade"}, "Upgrade": {"talk"}})
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%+v, %v", resp, err)
	}
	counted := `pullmode_http_requests_total{code="101",route="GET /talk"} 1`
	gomega.NewWithT(t).Eventually(func() string { return scrape(t, metrics) }, time.Minute, time.Millisecond).Should(gomega.ContainSubstring(counted))
	if strings.Contains(scrape(t, metrics), `request_duration_seconds_count{route="GET /talk"}`) {
		t.Error("its duration is observed")
	}
}
