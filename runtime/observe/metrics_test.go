package observe_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/observe"
)

// ours is what a scrape says of the runtime itself, without help and buckets.
func ours(text string) (lines []string) {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "pullmode_") && !strings.Contains(line, "_bucket{") && !strings.Contains(line, "_sum") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

func TestWhatAScrapeSays(t *testing.T) {
	want := []string{
		`pullmode_alerts_dismissed_total{list="sales"} 1`,
		`pullmode_alerts_raised_total{list="sales"} 1`,
		`pullmode_auth_failures_total{reason="expired"} 1`,
		`pullmode_build_info{version="v1.2.3"} 1`,
		`pullmode_command_duration_seconds_count 2`,
		`pullmode_commands_total{kind="join",outcome="full"} 1`,
		`pullmode_commands_total{kind="join",outcome="joined"} 1`,
		`pullmode_connected_agents 4`,
		`pullmode_deliveries_total{channel="shop",outcome="delivered"} 1`,
		`pullmode_delivery_duration_seconds_count{channel="shop"} 1`,
		`pullmode_event_sink_behind_bytes 300`,
		`pullmode_event_sink_behind_seconds 2`,
		`pullmode_event_sink_total{outcome="taken",type="io.pullmode.message"} 1`,
		`pullmode_feed_behind_revisions 6`,
		`pullmode_feed_delay_seconds_count 1`,
		`pullmode_feed_events_total{type="request.received"} 3`,
		`pullmode_feed_ring_capacity_events 100`,
		`pullmode_feed_ring_events 5`,
		`pullmode_first_join_seconds_count{list="sales"} 1`,
		`pullmode_first_joins_total{attention="Soon",list="sales"} 1`,
		`pullmode_grab_conflicts_total{list="sales"} 1`,
		`pullmode_issuer_silent{issuer="https://gone.example"} 1`,
		`pullmode_issuer_silent{issuer="https://well.example"} 0`,
		`pullmode_list_listeners{list="gone"} 0`,
		`pullmode_list_listeners{list="sales"} 2`,
		`pullmode_list_overdue_after_seconds{list="sales"} 300`,
		`pullmode_list_soon_after_seconds{list="sales"} 180`,
		`pullmode_longest_wait_seconds{list="gone"} 0`,
		`pullmode_longest_wait_seconds{list="sales"} 3600`,
		`pullmode_messages_received_total{channel="shop",outcome="opened"} 1`,
		`pullmode_oldest_unread_seconds{list="gone"} 0`,
		`pullmode_oldest_unread_seconds{list="sales"} 60`,
		`pullmode_rate_limited_total{who="agent"} 1`,
		`pullmode_requests{list="sales",state="ACTIVE"} 0`,
		`pullmode_requests{list="sales",state="UNREAD"} 2`,
		`pullmode_requests_closed_total{joined="true",list="sales",reason="AGENT"} 1`,
		`pullmode_requests_opened_total{list="sales"} 1`,
		`pullmode_requests_without_subscribers_total{list="sales"} 1`,
		`pullmode_store_commit_duration_seconds_count 1`,
		`pullmode_store_quota_bytes 200`,
		`pullmode_store_used_bytes 7`,
	}
	if diff := cmp.Diff(want, ours(scrape(t, everything()))); diff != "" {
		t.Errorf("scrape (-want +got):\n%s", diff)
	}
}

func TestAScrapeGoesWithoutWhatIsNotTold(t *testing.T) {
	r := observe.NewRegistry("v1")
	r.Watch(observe.Sources{StoreUsage: func() (int64, int64, bool) { return 0, 0, false }})
	want := []string{
		`pullmode_build_info{version="v1"} 1`, `pullmode_command_duration_seconds_count 0`,
		`pullmode_feed_delay_seconds_count 0`, `pullmode_store_commit_duration_seconds_count 0`,
	}
	if diff := cmp.Diff(want, ours(scrape(t, r))); diff != "" {
		t.Errorf("scrape (-want +got):\n%s", diff)
	}
}

// What lies between the clocks of two replicas, or a clock that was put back, takes nothing off a sum: to Prometheus that
// would be a restart.
func TestClocksThatDiffer(t *testing.T) {
	r := observe.NewRegistry("v1")
	r.FeedDelay(-time.Second)
	r.FirstJoin("sales", "Normal", -time.Second)
	text := scrape(t, r)
	for _, line := range []string{"pullmode_feed_delay_seconds_sum 0\n", "pullmode_first_join_seconds_sum{list=\"sales\"} 0\n"} {
		if !strings.Contains(text, line) {
			t.Errorf("no %q in\n%s", line, text)
		}
	}
}
