package alerts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/prometheus/promql"
)

// on is what every series of a list has.
func on(list, more string) string {
	return `{namespace="shop",runtime="main",list="` + list + `",job="pullmode-runtime",pod="main-0"` + more + `}`
}

// Synthetic series, a sample a minute, and the alerts that fire at the end of them.
func TestAlertsFire(t *testing.T) {
	served := func(normal, overdue string) []string {
		return []string{
			`pullmode_first_joins_total` + on("sales", `,attention="Normal"`) + " " + normal,
			`pullmode_first_joins_total` + on("sales", `,attention="Soon"`) + " 0x600",
			`pullmode_first_joins_total` + on("sales", `,attention="Overdue"`) + " " + overdue,
			`pullmode_requests_closed_total` + on("sales", `,joined="false",reason="INACTIVITY"`) + " 0x600",
		}
	}
	waits := func(metric, samples string) []string {
		return []string{
			metric + on("sales", "") + " " + samples,
			strings.Replace(metric+on("sales", ""), "main-0", "main-1", 1) + " " + samples, // both replicas say the same
			`pullmode_list_overdue_after_seconds` + on("sales", "") + " 300x600",
		}
	}
	tests := map[string]struct {
		series []string
		after  time.Duration
		want   []string
	}{
		"everybody is served in time":              {served("0+2x600", "0x600"), 8 * time.Hour, nil},
		"one in twenty is late, which is promised": {served("0+19x600", "0+1x600"), 8 * time.Hour, nil},
		"nine of ten are late": {served("0+1x600", "0+9x600"), 2 * time.Hour, []string{
			"PullmodePromiseBurnsFast critical sales", "PullmodePromiseBurnsSlowly warning sales",
		}},
		"half are late, for hours": {served("0+5x600", "0+5x600"), 8 * time.Hour, []string{"PullmodePromiseBurnsSlowly warning sales"}},
		"it is over since ten minutes": {served("0+1x120 121+10x480", "0+9x120 1081+0x480"), 130 * time.Minute, []string{
			"PullmodePromiseBurnsSlowly warning sales",
		}},
		"all are late, of a handful": {served("0x600", "0+0x58 1x30 2x30 3x480"), 2 * time.Hour, nil},
		"customers go before anybody comes": {
			[]string{
				`pullmode_first_joins_total` + on("sales", `,attention="Normal"`) + " 0x600",
				`pullmode_requests_closed_total` + on("sales", `,joined="false",reason="CUSTOMER"`) + " 0+1x600",
				`pullmode_requests_closed_total` + on("sales", `,joined="true",reason="AGENT"`) + " 0x600",
			}, 2 * time.Hour, []string{"PullmodePromiseBurnsFast critical sales", "PullmodePromiseBurnsSlowly warning sales"},
		},
		"transfers go on elsewhere": {
			[]string{
				`pullmode_first_joins_total` + on("sales", `,attention="Normal"`) + " 0+1x600",
				`pullmode_requests_closed_total` + on("sales", `,joined="false",reason="TRANSFERRED"`) + " 0+20x600",
			}, 8 * time.Hour, nil,
		},
		"unread, and due":                       {waits("pullmode_oldest_unread_seconds", "0+60x600"), 5 * time.Minute, nil},
		"unread since it was overdue":           {waits("pullmode_oldest_unread_seconds", "0+60x600"), 9 * time.Minute, []string{"PullmodeRequestUnread warning sales"}},
		"no answer, and overdue":                {waits("pullmode_longest_wait_seconds", "0+60x600"), 10 * time.Minute, nil},
		"no answer for more than twice as long": {waits("pullmode_longest_wait_seconds", "0+60x600"), 20 * time.Minute, []string{"PullmodeCustomerWaitsTooLong warning sales"}},
		"nobody listens, and nobody waits": {[]string{
			`pullmode_list_listeners` + on("sales", "") + " 0x60", `pullmode_requests` + on("sales", `,state="UNREAD"`) + " 0x60",
		}, 30 * time.Minute, nil},
		"nobody listens, and somebody waits": {[]string{
			`pullmode_list_listeners` + on("sales", "") + " 0x60", `pullmode_requests` + on("sales", `,state="UNREAD"`) + " 1x60",
		}, 30 * time.Minute, []string{"PullmodeNobodyListens critical sales"}},
		"somebody listens at another replica": {[]string{
			`pullmode_list_listeners` + on("sales", "") + " 0x60", `pullmode_requests` + on("sales", `,state="UNREAD"`) + " 1x60",
			strings.Replace(`pullmode_list_listeners`+on("sales", ""), "main-0", "main-1", 1) + " 1x60",
		}, 30 * time.Minute, nil},
		"three of four grabs are too late": {[]string{
			`pullmode_grab_conflicts_total` + on("sales", "") + " 0+3x60", `pullmode_first_joins_total` + on("sales", `,attention="Normal"`) + " 0+1x60",
		}, 40 * time.Minute, []string{"PullmodeGrabConflictsHigh info sales"}},
		"the store is nearly full": {[]string{
			`pullmode_store_used_bytes{namespace="shop",runtime="main",pod="main-0"} 65x60`, `pullmode_store_quota_bytes{namespace="shop",runtime="main",pod="main-0"} 100x60`,
		}, 10 * time.Minute, []string{"PullmodeStoreFillsUp warning "}},
		"the store is full": {[]string{
			`pullmode_store_used_bytes{namespace="shop",runtime="main",pod="main-0"} 70x60`, `pullmode_store_quota_bytes{namespace="shop",runtime="main",pod="main-0"} 100x60`,
		}, 10 * time.Minute, []string{"PullmodeStoreFillsUp warning ", "PullmodeStoreFull critical "}},
		"a replica does not reach an issuer": {[]string{
			`pullmode_issuer_silent{namespace="shop",runtime="main",pod="main-0",issuer="https://login.example.com"} 1x60`,
			`pullmode_issuer_silent{namespace="shop",runtime="main",pod="main-1",issuer="https://login.example.com"} 0x60`,
		}, 10 * time.Minute, []string{"PullmodeIssuerUnreachable warning "}},
		"the sink is an hour behind": {[]string{`pullmode_event_sink_behind_seconds{namespace="shop",runtime="main",pod="main-0"} 3600x60`},
			10 * time.Minute, []string{"PullmodeEventSinkBehind warning "}},
		"a certificate is not renewed": {[]string{`pullmode_tls_certificate_expiry_timestamp_seconds{namespace="shop",runtime="main",pod="main-0",certificate="admin"} 864000x120`},
			2 * time.Hour, []string{"PullmodeCertificateExpires warning "}},
		"objects become ready in time": {[]string{`pullmode_operator_objects{namespace="shop",kind="Channel",ready="False",job="pullmode-operator"} 3x10 0x60`},
			20 * time.Minute, nil},
		"objects do not become ready": {[]string{`pullmode_operator_objects{namespace="shop",kind="Channel",ready="False",job="pullmode-operator"} 3x60`},
			20 * time.Minute, []string{"PullmodeObjectsNotReady warning "}},
		"no replica serves": {[]string{
			`pullmode_operator_runtime_replicas{namespace="shop",runtime="main",state="current"} 0x60`,
			`pullmode_operator_runtime_replicas{namespace="shop",runtime="main",state="behind"} 0x60`,
			`pullmode_operator_runtime_replicas{namespace="shop",runtime="main",state="silent"} 2x60`,
		}, 12 * time.Minute, []string{"PullmodeNoReplicaServes critical ", "PullmodeReplicaBehind warning "}},
		"a runtime that is scaled to nothing": {[]string{
			`pullmode_operator_runtime_replicas{namespace="shop",runtime="main",state="current"} 0x60`,
			`pullmode_operator_runtime_replicas{namespace="shop",runtime="main",state="silent"} 0x60`,
		}, 12 * time.Minute, nil},
		"the operator hangs": {[]string{
			`controller_runtime_reconcile_total{job="pullmode-operator",controller="routing",result="success"} 7x60`,
			`pullmode_operator_objects{namespace="shop",kind="RoutingRuntime",ready="True",job="pullmode-operator"} 1x60`,
		}, 20 * time.Minute, []string{"PullmodeOperatorNotReconciling critical "}},
		"the operator has nothing to do": {[]string{
			`controller_runtime_reconcile_total{job="pullmode-operator",controller="routing",result="success"} 7x60`,
		}, 20 * time.Minute, nil},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			// Without the operator's metrics, that it is absent would fire in every case.
			alive := []string{`controller_runtime_reconcile_total{job="pullmode-operator",controller="routing",result="requeue_after"} 0+2x600`}
			if strings.HasPrefix(name, "the operator") {
				alive = nil
			}
			got := firing(t, append(tc.series, alive...), tc.after)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheAbsentOperatorIsNoticed(t *testing.T) {
	if got := firing(t, nil, 15*time.Minute); !slices.Equal(got, []string{"PullmodeOperatorAbsent critical "}) {
		t.Errorf("firing: %v", got)
	}
}

// firing evaluates all rules every minute, the recorded ones first, and says which alerts fire in the end, and for which
// list.
func firing(t *testing.T, series []string, after time.Duration) (alerts []string) {
	t.Helper()
	stored, all := load(t, series), everyRule(t)
	engine := promql.NewEngine(promql.EngineOpts{
		MaxSamples: 1_000_000, Timeout: time.Minute, Parser: promQL, NoStepSubqueryIntervalFn: func(int64) int64 { return 60_000 },
	})
	defer engine.Close()
	since := map[string]time.Time{} // when an alert became pending
	for at := time.Unix(0, 0); !at.After(time.Unix(0, 0).Add(after)); at = at.Add(time.Minute) {
		alerts = nil
		pending := map[string]time.Time{}
		for _, r := range all {
			query, err := engine.NewInstantQuery(context.Background(), stored, nil, r.Expr, at)
			if err != nil {
				t.Fatal(err)
			}
			result, err := query.Exec(context.Background()).Vector()
			if err != nil {
				t.Fatalf("%s%s: %v", r.Record, r.Alert, err)
			}
			if r.Record != "" {
				stored.record(r.Record, at.UnixMilli(), result)
				continue
			}
			for _, sample := range result {
				name := fmt.Sprintf("%s %s %s", r.Alert, r.Labels["severity"], sample.Metric.Get("list"))
				one := r.Alert + sample.Metric.String()
				if pending[one] = at; !since[one].IsZero() {
					pending[one] = since[one]
				}
				if at.Sub(pending[one]) >= time.Duration(r.For) {
					alerts = append(alerts, name)
				}
			}
		}
		since = pending
	}
	slices.Sort(alerts)
	return slices.Compact(alerts)
}
