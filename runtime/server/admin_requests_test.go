package server_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/replica"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// platform is an admin port with a snapshot in force and open requests: john's and
// mary's on l1, where alice has joined mary's, and paul's on the Grab list.
type platform struct {
	*port
	john, mary, paul string
}

func platformPort(t *testing.T, change ...func(*replica.Options)) *platform {
	t.Helper()
	p := &platform{port: adminPort(t, change...)}
	var report snapshot.Report
	p.put(1, p.Config(), &report)
	p.Eventually(func() bool { return p.Replica.Ready() == nil })
	p.john, p.mary, p.paul = p.post("facebook", "john"), p.post("facebook", "mary"), p.post(lab.Grab.Channel(), "paul")
	if _, err := p.Agent("alice").Join(ctx, p.mary); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *platform) post(channel, customer string) string {
	p.T.Helper()
	receipt, err := p.Connector(channel).Post(ctx, protocol.PostMessage{ID: "m1", Customer: protocol.Customer{ID: customer}, Text: "text of " + customer})
	if err != nil {
		p.T.Fatal(err)
	}
	return receipt.Request
}

func ids(page protocol.Page) (ids []string) {
	for _, r := range page.Requests {
		ids = append(ids, r.ID)
	}
	return ids
}

func TestAdminListsRequests(t *testing.T) {
	p := platformPort(t)
	tests := map[string]struct {
		query string
		want  []string
	}{
		"all lists, oldest first": {"", []string{p.john, p.mary, p.paul}},
		"of a list":               {"list=l1", []string{p.john, p.mary}},
		"of two lists":            {"list=l1&list=list-grab", []string{p.john, p.mary, p.paul}},
		"of a list without any":   {"list=l2", nil},
		"in a state":              {"state=UNREAD", []string{p.john, p.paul}},
		"in two states":           {"state=UNREAD&state=ACTIVE", []string{p.john, p.mary, p.paul}},
		"of a list, in a state":   {"list=l1&state=ACTIVE", []string{p.mary}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			var page protocol.Page
			status, text := p.call("GET", "/admin/v1/requests?"+tc.query, nil, &page)
			if diff := cmp.Diff(tc.want, ids(page)); status != http.StatusOK || diff != "" || page.Continue != "" {
				t.Errorf("%d %s: (-want +got)\n%s", status, text, diff)
			}
		})
	}

	var found []string
	query := url.Values{"limit": {"1"}}
	for range 3 {
		var page protocol.Page
		p.call("GET", "/admin/v1/requests?"+query.Encode(), nil, &page)
		found = append(found, ids(page)...)
		query.Set("continue", page.Continue)
	}
	if diff := cmp.Diff([]string{p.john, p.mary, p.paul}, found); diff != "" || query.Get("continue") != "" {
		t.Errorf("page by page (-want +got), and then %q:\n%s", query.Get("continue"), diff)
	}
}

func TestAdminDescribesARequest(t *testing.T) {
	p := platformPort(t)
	var got protocol.Conversation
	p.call("GET", "/admin/v1/requests/"+p.mary, nil, &got)
	if r := got.Request; r.ID != p.mary || r.State != request.Active || len(r.Members) != 1 || r.Attention == nil || r.Alert != nil {
		t.Errorf("the row is %+v", r)
	}
	if len(got.Messages) != 1 || got.Messages[0].Text != "text of mary" {
		t.Errorf("the messages are %+v", got.Messages)
	}
}

// What somebody who runs the platform did is in the log and in the event, with
// their name; to close again is no error.
func TestAdminClosesARequest(t *testing.T) {
	var log written
	p := platformPort(t, func(o *replica.Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	feed := at(t, p.Site, "alice").online()
	var result protocol.Result
	if status, text := p.call("POST", "/admin/v1/requests/"+p.mary+"/close", []byte(`{"by": "dana"}`), &result); status != http.StatusOK ||
		result.Outcome != request.Ended || result.Request.CloseReason != request.ClosedByForce {
		t.Fatalf("%d %s", status, text)
	}
	var e protocol.Event
	if err := json.Unmarshal([]byte(feed.wait(protocol.EventStateChanged).Data), &e); err != nil {
		t.Fatal(err)
	}
	if want := (request.Actor{Kind: request.OperatorActor, Name: "dana"}); e.Actor != want || e.Cause != request.ForceClose || e.RequestID != p.mary {
		t.Errorf("the event is %+v", e)
	}
	if !strings.Contains(log.String(), "request="+p.mary+" by=dana outcome=closed") {
		t.Errorf("the log does not say who did it:\n%s", log.String())
	}
	if p.call("POST", "/admin/v1/requests/"+p.mary+"/close", []byte(`{"by": "dana"}`), &result); result.Outcome != request.AlreadyClosed {
		t.Errorf("again: %s", result.Outcome)
	}
	var page protocol.Page
	if p.call("GET", "/admin/v1/requests", nil, &page); cmp.Diff([]string{p.john, p.paul}, ids(page)) != "" {
		t.Errorf("open after it: %v", ids(page))
	}
	var closed protocol.Conversation
	if p.call("GET", "/admin/v1/requests/"+p.mary, nil, &closed); closed.Request.State != request.Closed || len(closed.Messages) != 0 {
		t.Errorf("a closed request is shown as %+v", closed)
	}
}

// A transferred request goes on as a new one; a repeat with the same key gets the
// first answer.
func TestAdminTransfersARequest(t *testing.T) {
	p := platformPort(t)
	var first, again protocol.Result
	move := func(into *protocol.Result) (int, string) {
		return p.callWith(http.Header{"Idempotency-Key": {"k1"}}, "POST", "/admin/v1/requests/"+p.john+"/transfer", []byte(`{"list": "list-grab", "by": "dana"}`), into)
	}
	if status, text := move(&first); status != http.StatusOK || first.Outcome != request.Transferred || first.Request.TransferredTo == "" {
		t.Fatalf("%d %s", status, text)
	}
	if status, text := move(&again); status != http.StatusOK || !again.Repeated || again.Request.TransferredTo != first.Request.TransferredTo {
		t.Errorf("repeated: %d %s", status, text)
	}
	var got protocol.Conversation
	p.call("GET", "/admin/v1/requests/"+first.Request.TransferredTo, nil, &got)
	if got.Request.List != lab.Grab.List() || got.Request.TransferredFrom != p.john || !got.Request.Grab || len(got.Messages) != 1 {
		t.Errorf("it goes on as %+v", got)
	}
}

func TestAdminRefusals(t *testing.T) {
	p := platformPort(t)
	draining := p.Config()
	for i := range draining.Lists {
		draining.Lists[i].Draining = draining.Lists[i].Name == "l2"
	}
	var report snapshot.Report
	if status := p.put(2, draining, &report); status != http.StatusOK {
		t.Fatal(status)
	}
	p.call("POST", "/admin/v1/requests/"+p.paul+"/close", []byte(`{"by": "dana"}`), nil)
	of := func(id, command string) string { return "POST /admin/v1/requests/" + id + "/" + command }
	tests := map[string]struct {
		call, body string
		status     int
		want       protocol.ProblemType
	}{
		"transfer to an unknown list":   {of(p.john, "transfer"), `{"list": "nowhere", "by": "dana"}`, 422, protocol.ProblemInvalid},
		"transfer to a draining list":   {of(p.john, "transfer"), `{"list": "l2", "by": "dana"}`, 422, protocol.ProblemInvalid},
		"transfer to its own list":      {of(p.john, "transfer"), `{"list": "l1", "by": "dana"}`, 422, protocol.ProblemInvalid},
		"transfer by nobody":            {of(p.john, "transfer"), `{"list": "list-grab"}`, 422, protocol.ProblemInvalid},
		"transfer of a closed one":      {of(p.paul, "transfer"), `{"list": "l1", "by": "dana"}`, 410, protocol.ProblemGone},
		"transfer of an unknown one":    {of("01X", "transfer"), `{"list": "l1", "by": "dana"}`, 404, protocol.ProblemUnknownRequest},
		"close of an unknown one":       {of("01X", "close"), `{"by": "dana"}`, 404, protocol.ProblemUnknownRequest},
		"close by nobody":               {of(p.john, "close"), `{}`, 422, protocol.ProblemInvalid},
		"a misspelled field":            {of(p.john, "close"), `{"bye": "dana"}`, 400, protocol.ProblemMalformed},
		"no body":                       {of(p.john, "close"), ``, 400, protocol.ProblemMalformed},
		"a body over the limit":         {of(p.john, "close"), `{"by": "` + strings.Repeat("x", 5000) + `"}`, 413, protocol.ProblemTooLarge},
		"describe an unknown one":       {"GET /admin/v1/requests/01X", ``, 404, protocol.ProblemUnknownRequest},
		"list of an unknown list":       {"GET /admin/v1/requests?list=nowhere", ``, 404, protocol.ProblemUnknownList},
		"list in an unknown state":      {"GET /admin/v1/requests?state=CLOSED", ``, 422, protocol.ProblemInvalid},
		"list with an impossible limit": {"GET /admin/v1/requests?limit=501", ``, 422, protocol.ProblemInvalid},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			method, path, _ := strings.Cut(tc.call, " ")
			var got protocol.Problem
			if status, text := p.call(method, path, []byte(tc.body), &got); status != tc.status || got.Type != tc.want || len(got.Detail) < 20 {
				t.Errorf("%d %s", status, text)
			}
		})
	}
	var page protocol.Page
	if p.call("GET", "/admin/v1/requests", nil, &page); cmp.Diff([]string{p.john, p.mary}, ids(page)) != "" {
		t.Errorf("a refusal has changed something: %v", ids(page))
	}
}

// What is open before a runtime is programmed is nothing, and no error.
func TestAdminRequestsUnprogrammed(t *testing.T) {
	p := adminPort(t)
	if status, text := p.call("GET", "/admin/v1/requests", nil, nil); status != http.StatusOK || !strings.HasPrefix(text, `{"requests":[],`) {
		t.Errorf("list: %d %s", status, text)
	}
	if status, text := p.call("POST", "/admin/v1/requests/01X/close", []byte(`{"by": "dana"}`), nil); status != http.StatusServiceUnavailable {
		t.Errorf("close: %d %s", status, text)
	}
}

// written is a log that is written and read at once.
type written struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}
