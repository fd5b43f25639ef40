package replica_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/replica"
)

var ctx = context.Background()

func TestStartErrorsSayWhatToDo(t *testing.T) {
	s := site.Start(t)
	good := replica.Options{Name: "second", DataDir: t.TempDir(), Addr: "127.0.0.1:0", Log: s.Options.Log}
	with := func(change func(*replica.Options)) replica.Options {
		o := good
		change(&o)
		return o
	}
	tests := map[string]struct {
		options replica.Options
		want    string
	}{
		"no name":          {with(func(o *replica.Options) { o.Name = "" }), "needs a name"},
		"no directory":     {with(func(o *replica.Options) { o.DataDir = "" }), "needs a data directory"},
		"two stores":       {with(func(o *replica.Options) { o.Etcd.Endpoints = []string{"http://127.0.0.1:1"} }), "one of them"},
		"etcd of nobody":   {with(func(o *replica.Options) { o.Etcd.Prefix = "/a/" }), "no endpoints"},
		"no address":       {with(func(o *replica.Options) { o.Addr = "" }), "needs an address"},
		"address taken":    {with(func(o *replica.Options) { o.Addr = s.Replica.Addr().String() }), "choose another address"},
		"metrics taken":    {with(func(o *replica.Options) { o.MetricsAddr = s.Replica.Addr().String() }), "port for health and metrics"},
		"directory in use": {with(func(o *replica.Options) { o.DataDir = s.Options.DataDir }), "in use by another process"},
		"open admin port":  {with(func(o *replica.Options) { o.AdminAddr = "127.0.0.1:0" }), "never open to everybody"},
		"no certificates":  {with(func(o *replica.Options) { o.AdminAddr, o.AdminTLSDir = "127.0.0.1:0", t.TempDir() }), "must hold tls.crt, tls.key and ca.crt"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			r, err := replica.Start(ctx, tc.options)
			if err == nil {
				_ = r.Stop(ctx)
				t.Fatal("it started")
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%q does not say %q", err, tc.want)
			}
		})
	}
}

// A start that is called off leaves nothing behind (and goleak holds it to that).
func TestStartCalledOff(t *testing.T) {
	off, cancel := context.WithCancel(ctx)
	cancel()

	if r, err := replica.Start(off, replica.Options{Name: "off", DataDir: t.TempDir(), Addr: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)}); err == nil {
		_ = r.Stop(ctx)
		t.Error("it started")
	}
}

// Who follows the feed is told of a stop, and resumes at the replica that comes
// after it with no gap.
func TestStopAndGoOn(t *testing.T) {
	s := site.Start(t)
	alice, john := s.Agent("alice"), protocol.Customer{ID: "john"}
	if _, err := s.Connector("facebook").Post(ctx, protocol.PostMessage{ID: "m1", Customer: john, Text: "hi"}); err != nil {
		t.Fatal(err)
	}
	patience, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	want := []protocol.EventType{protocol.EventSnapshot, protocol.EventDraining, protocol.EventStateChanged}
	var got []protocol.EventType
	for e, err := range alice.Events(patience, client.Follow{}) {
		if err != nil {
			t.Fatalf("%v after %v", err, got)
		}
		if e.Type == protocol.EventBookmark {
			continue
		}
		got = append(got, e.Type)
		switch e.Type {
		case protocol.EventSnapshot:
			go s.Replica.Drain()
		case protocol.EventDraining:
			// What the next replica's store holds happened before it was followed.
			if _, err := s.Connector("facebook").EndSession(ctx, "john"); err != nil {
				t.Fatal(err)
			}
			s.Stop()
			s.Run()
		}
		if len(got) == len(want) {
			break
		}
	}
	for n := range want {
		if got[n] != want[n] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

// A call that is running when the replica is told to stop is finished.
func TestStopFinishesWhatRuns(t *testing.T) {
	s := site.Start(t)
	body, feed := io.Pipe()
	req, err := http.NewRequestWithContext(ctx, "POST", s.URL+"/v1/channels/facebook/messages", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+site.Key("facebook"))
	req.Header.Set("Content-Type", "application/json")
	// The body is sent only once the runtime asks for it: then the call is running.
	req.Header.Set("Expect", "100-continue")
	plain := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, ExpectContinueTimeout: time.Minute}}
	type answer struct {
		status int
		err    error
	}
	answers := make(chan answer, 1)
	go func() {
		resp, err := plain.Do(req)
		if err != nil {
			answers <- answer{0, err}
			return
		}
		resp.Body.Close()
		answers <- answer{resp.StatusCode, nil}
	}()
	if _, err := feed.Write([]byte(`{"id":"m1","customer":{"id":"john"},`)); err != nil {
		t.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- s.Replica.Stop(ctx) }()
	s.Eventually(func() bool { return s.Replica.Ready() != nil })
	_, _ = feed.Write([]byte(`"text":"hi"}`))
	_ = feed.Close()
	if a := <-answers; a.err != nil || a.status != http.StatusOK {
		t.Errorf("%+v", a)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

// Health and metrics say what there is, and name no customer.
func TestMetrics(t *testing.T) {
	s := site.Start(t)
	if _, err := s.Connector("facebook").Post(ctx, protocol.PostMessage{ID: "m1", Customer: protocol.Customer{ID: "john-williams"}, Text: "hi"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Connector("facebook").EndSession(ctx, "nobody-knows-me"); err != nil {
		t.Fatal(err)
	}
	get := func(path string) (int, string) {
		t.Helper()
		resp, err := http.Get("http://" + s.Replica.MetricsAddr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer http.DefaultClient.CloseIdleConnections()
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(text)
	}
	g := gomega.NewWithT(t)
	for _, path := range []string{"/healthz", "/readyz"} { // a check may have been too slow
		g.Eventually(func() int { status, _ := get(path); return status }, time.Minute).Should(gomega.Equal(http.StatusOK), path)
	}
	want := []string{
		`pullmode_requests{list="l1",state="UNREAD"} 1`,
		`pullmode_messages_received_total{channel="facebook",outcome="opened"} 1`,
		`pullmode_commands_total{kind="message",outcome="opened"} 1`,
		`pullmode_requests_without_subscribers_total{list="l1"} 1`,
		`pullmode_http_requests_total{code="200",route="POST /v1/channels/{channel}/messages"} 1`,
		`pullmode_feed_events_total{type="request.received"} 1`,
		`pullmode_issuer_silent{issuer="` + s.Issuer.URL() + `"} 0`,
		`pullmode_connected_agents 0`,
		`pullmode_store_quota_bytes`,
	}
	var text string
	g.Eventually(func() []string { // what could not be asked for in time is left out
		_, text = get("/metrics")
		return slices.DeleteFunc(slices.Clone(want), func(line string) bool { return strings.Contains(text, line) })
	}, time.Minute).Should(gomega.BeEmpty(), "what is missing")
	for _, secret := range []string{"john", "nobody-knows-me", site.Key("facebook")} {
		if strings.Contains(text, secret) {
			t.Errorf("metrics name %s", secret)
		}
	}
}
