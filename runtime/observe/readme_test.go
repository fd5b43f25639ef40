package observe_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/pullmode/operator/runtime/observe"
)

// everything is a registry of which each metric says something.
func everything() *observe.Registry {
	r := observe.NewRegistry("v1.2.3")
	r.Command("join", "joined", time.Millisecond)
	r.Command("join", "full", time.Millisecond)
	r.FeedEvents("request.received", 3)
	r.MessageReceived("shop", "opened")
	r.NoSubscribers("sales")
	r.AuthFailed("expired")
	r.RateLimited("agent")
	r.Delivery("shop", "delivered", time.Millisecond)
	r.Recorded("io.pullmode.message", "taken")
	r.Opened("sales")
	r.FirstJoin("sales", "Soon", 40*time.Second)
	r.Closed("sales", "AGENT", true)
	r.AlertRaised("sales")
	r.AlertDismissed("sales")
	r.GrabConflict("sales")
	r.FeedDelay(time.Millisecond)
	r.Commit(time.Millisecond)
	r.Watch(observe.Sources{
		Requests: func(yield func(list, state string, n int)) {
			yield("sales", "UNREAD", 2)
			yield("sales", "ACTIVE", 0)
		},
		Lists: func(yield func(observe.List)) {
			yield(observe.List{Name: "gone"})
			yield(observe.List{
				Name: "sales", Unread: time.Minute, Unanswered: time.Hour, SoonAfter: 3 * time.Minute, OverdueAfter: 5 * time.Minute, Listeners: 2,
			})
		},
		FeedBehind: func() (int64, bool) { return 6, true },
		Issuers: func(yield func(string, bool)) {
			yield("https://gone.example", true)
			yield("https://well.example", false)
		},
		ConnectedAgents: func() int { return 4 },
		FeedRing:        func() (int, int) { return 5, 100 },
		StoreUsage:      func() (int64, int64, bool) { return 7, 200, true },
		SinkBehind:      func() (int64, time.Duration, bool) { return 300, 2 * time.Second, true },
	})
	return r
}

// The table of metrics in the README is that of the registry: name, type and labels.
func TestTheREADMEHasEveryMetric(t *testing.T) {
	r := everything()
	r.WatchCertificate("admin", time.Now)
	w := scrape(t, r)
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(w))
	if err != nil {
		t.Fatal(err)
	}
	// Routes are counted by Access, which a test of its own runs.
	registered := []string{"pullmode_http_request_duration_seconds histogram [route]", "pullmode_http_requests_total counter [code route]"}
	for name, family := range families {
		if !strings.HasPrefix(name, "pullmode_") {
			continue
		}
		var labels []string
		for _, l := range family.Metric[0].Label {
			labels = append(labels, l.GetName())
		}
		slices.Sort(labels)
		registered = append(registered, fmt.Sprintln(name, strings.ToLower(family.GetType().String()), labels))
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(pullmode_[a-z_]+)` \\| ([a-z]+) \\|([^|]*)\\|").FindAllStringSubmatch(string(readme), -1) {
		labels := strings.FieldsFunc(row[3], func(r rune) bool { return strings.ContainsRune("`, ", r) })
		slices.Sort(labels)
		documented = append(documented, fmt.Sprintln(row[1], row[2], labels))
	}
	for _, all := range [][]string{registered, documented} {
		for i := range all {
			all[i] = strings.TrimSpace(all[i])
		}
		slices.Sort(all)
	}
	if diff := cmp.Diff(registered, documented); diff != "" {
		t.Errorf("the table of metrics in the README is not true (-registered +documented):\n%s", diff)
	}
}
