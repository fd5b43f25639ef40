package replica_test

import (
	"bufio"
	"iter"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
)

// scrape reads a replica's metrics: the values of its own series.
func scrape(s *site.Site) map[string]string {
	s.T.Helper()
	resp, err := http.Get("http://" + s.Replica.MetricsAddr().String() + "/metrics")
	if err != nil {
		s.T.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer resp.Body.Close()
	values := map[string]string{}
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if series, value, _ := strings.Cut(lines.Text(), "} "); strings.HasPrefix(series, "pullmode_") && value != "" {
			values[series+"}"] = value
		} else if name, value, _ := strings.Cut(lines.Text(), " "); strings.HasPrefix(name, "pullmode_") {
			values[name] = value
		}
	}
	return values
}

// What happens on a list is counted, by whichever replica brings it about: summed
// over both, each thing counts once.
func TestListsAreMeasured(t *testing.T) {
	a, b := site.StartTwo(t)
	grab, open := lab.Grab.List(), "l1"
	say := func(channel, customer string) string {
		t.Helper()
		receipt, err := a.Connector(channel).Post(ctx, protocol.PostMessage{ID: "m-" + customer, Customer: protocol.Customer{ID: customer}, Text: "hi"})
		if err != nil {
			t.Fatal(err)
		}
		return receipt.Request
	}
	erin, frank, alice, bob := a.Agent("erin"), b.Agent("frank"), a.Agent("alice"), b.Agent("bob")
	for _, agent := range []*client.Agent{erin, frank, alice, bob} {
		if _, err := agent.Me(ctx); err != nil { // from now on they are told
			t.Fatal(err)
		}
	}
	must := func(_ protocol.Result, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	wanted := say(lab.Grab.Channel(), "john")
	must(erin.Join(ctx, wanted))
	if _, err := frank.Join(ctx, wanted); err == nil {
		t.Fatal("two have grabbed it")
	}
	must(erin.Close(ctx, wanted))
	joined, left := say("facebook", "mary"), say("web", "paul")
	if err := bob.Dismiss(ctx, left); err != nil {
		t.Fatal(err)
	}
	must(alice.Join(ctx, joined))
	must(bob.Join(ctx, joined)) // the second join is not the first

	sum := func(series string) string { return scrape(a)[series] + "+" + scrape(b)[series] }
	want := map[string]string{
		`pullmode_requests_opened_total{list="` + grab + `"}`:                              "1+0",
		`pullmode_requests_opened_total{list="` + open + `"}`:                              "2+0",
		`pullmode_first_joins_total{attention="Normal",list="` + grab + `"}`:               "1+0",
		`pullmode_first_joins_total{attention="Normal",list="` + open + `"}`:               "1+0",
		`pullmode_first_join_seconds_count{list="` + open + `"}`:                           "1+0",
		`pullmode_grab_conflicts_total{list="` + grab + `"}`:                               "0+1",
		`pullmode_requests_closed_total{joined="true",list="` + grab + `",reason="AGENT"}`: "1+0",
		`pullmode_alerts_raised_total{list="` + open + `"}`:                                "2+0",
		`pullmode_alerts_dismissed_total{list="` + open + `"}`:                             "0+1",
		`pullmode_requests{list="` + open + `",state="UNREAD"}`:                            "1+1",
		`pullmode_requests{list="` + open + `",state="ACTIVE"}`:                            "1+1",
		`pullmode_requests{list="` + grab + `",state="INACTIVE"}`:                          "0+0",
		`pullmode_list_overdue_after_seconds{list="` + open + `"}`:                         "300+300",
		`pullmode_longest_wait_seconds{list="` + grab + `"}`:                               "0+0",
		`pullmode_feed_behind_revisions`:                                                   "0+0",
	}
	got := map[string]string{}
	a.Eventually(func() bool { // the other replica's view follows
		for series := range want {
			got[series] = sum(series)
		}
		return cmp.Equal(want, got)
	})
	if waits := scrape(b); waits[`pullmode_oldest_unread_seconds{list="l1"}`] == "0" || waits[`pullmode_longest_wait_seconds{list="l1"}`] == "0" {
		t.Errorf("somebody waits: %v", waits)
	}
}

// What a replica shows is what the README says of it, and no other runtime metric.
func TestARealScrapeIsDocumented(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for series := range scrape(site.Start(t)) {
		name, _, _ := strings.Cut(series, "{")
		for _, part := range []string{"_bucket", "_sum", "_count"} { // of a histogram
			name = strings.TrimSuffix(name, part)
		}
		shown++
		if !strings.Contains(string(readme), "| `"+name+"` |") {
			t.Errorf("%s is not in the README", series)
		}
	}
	if shown < 100 {
		t.Errorf("%d series: the test has shown nothing", shown)
	}
}

// How long an event takes to a connection is measured, and who listens to a list.
func TestTheFeedIsMeasured(t *testing.T) {
	s := site.Start(t)
	next, stop := iter.Pull2(s.Agent("alice").Events(ctx, client.Follow{}))
	defer stop()
	if e, _, _ := next(); e.Type != protocol.EventSnapshot {
		t.Fatalf("the feed begins with %s", e.Type)
	}
	if _, err := s.Connector("facebook").Post(ctx, protocol.PostMessage{ID: "m1", Customer: protocol.Customer{ID: "john"}, Text: "hi"}); err != nil {
		t.Fatal(err)
	}
	if e, err, _ := next(); e.Type != protocol.EventReceived {
		t.Fatalf("the feed goes on with %s, %v", e.Type, err)
	}
	s.Eventually(func() bool { return scrape(s)["pullmode_feed_delay_seconds_count"] == "1" })
	got := scrape(s)
	if got[`pullmode_list_listeners{list="l1"}`] != "1" || got[`pullmode_list_listeners{list="l2"}`] != "0" || got["pullmode_store_commit_duration_seconds_count"] == "0" {
		t.Errorf("measured: %v", got)
	}
}
