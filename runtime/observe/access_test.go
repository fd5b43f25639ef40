package observe_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/internal/leak"
	"github.com/pullmode/operator/runtime/observe"
)

func TestMain(m *testing.M) { leak.Main(m) }

// serve runs a real server around handlers; log is complete once it is closed.
func serve(t *testing.T, routes map[string]http.HandlerFunc) (server *httptest.Server, metrics *observe.Registry, lines func() []map[string]any) {
	t.Helper()
	var written bytes.Buffer
	logger, err := observe.NewLogger(&written, observe.FormatJSON, "info")
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for pattern, handler := range routes {
		mux.HandleFunc(pattern, handler)
	}
	metrics = observe.NewRegistry("v1")
	server = httptest.NewUnstartedServer(observe.Access(logger, metrics, mux))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	return server, metrics, func() (lines []map[string]any) {
		server.Close()
		for line := range strings.Lines(written.String()) {
			var fields map[string]any
			if err := json.Unmarshal([]byte(line), &fields); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, fields)
		}
		return lines
	}
}

func get(t *testing.T, server *httptest.Server, path string, header http.Header) (*http.Response, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	resp, err := server.Client().Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp, string(body), err
}

func scrape(t *testing.T, metrics *observe.Registry) string {
	t.Helper()
	w := httptest.NewRecorder()
	observe.NewHealth().Handler(metrics).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("scrape: %d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestAccessLine(t *testing.T) {
	tests := map[string]struct {
		path string
		want map[string]any
	}{
		"by its route":       {path: "/v1/channels/shop/customers/john", want: map[string]any{"level": "INFO", "msg": "request", "route": "GET /v1/channels/{channel}/customers/{customer}", "status": 200.0, "bytes": 4.0, "aborted": false}},
		"a client's mistake": {path: "/mistake", want: map[string]any{"level": "INFO", "msg": "request", "route": "GET /mistake", "status": 404.0, "bytes": 0.0, "aborted": false}},
		"a fault of ours":    {path: "/fault", want: map[string]any{"level": "ERROR", "msg": "request", "route": "GET /fault", "status": 503.0, "bytes": 0.0, "aborted": false}},
		"no route":           {path: "/john", want: map[string]any{"level": "INFO", "msg": "request", "route": "unmatched", "status": 404.0, "bytes": 19.0, "aborted": false}},
		"nothing written":    {path: "/nothing", want: map[string]any{"level": "INFO", "msg": "request", "route": "GET /nothing", "status": 200.0, "bytes": 0.0, "aborted": false}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			server, metrics, lines := serve(t, map[string]http.HandlerFunc{
				"GET /v1/channels/{channel}/customers/{customer}": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "word") },
				"GET /mistake": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
				"GET /fault":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
				"GET /nothing": func(http.ResponseWriter, *http.Request) {},
			})
			resp, _, err := get(t, server, tc.path+"?token=s3cret&name=John", http.Header{"Authorization": {"Bearer s3cret"}})
			if err != nil {
				t.Fatal(err)
			}
			got := lines()
			if len(got) != 1 {
				t.Fatalf("got %d lines, want 1: %v", len(got), got)
			}
			if id := resp.Header.Get(observe.RequestIDHeader); id == "" || got[0]["request_id"] != id {
				t.Errorf("request_id %v, header %q: want one id in both", got[0]["request_id"], id)
			}
			if text, _ := json.Marshal(got); strings.Contains(strings.ToLower(string(text)), "john") || bytes.Contains(text, []byte("s3cret")) {
				t.Errorf("the line tells too much: %s", text)
			}
			for _, varies := range []string{"time", "ms", "request_id"} {
				delete(got[0], varies)
			}
			if diff := cmp.Diff(tc.want, got[0]); diff != "" {
				t.Errorf("line (-want +got):\n%s", diff)
			}
			counted := `pullmode_http_requests_total{code="` + resp.Status[:3] + `",route="` + tc.want["route"].(string) + `"} 1`
			if text := scrape(t, metrics); !strings.Contains(text, counted) {
				t.Errorf("no %s in\n%s", counted, text)
			}
		})
	}
}

func TestRequestID(t *testing.T) {
	tests := map[string]struct {
		sent string
		kept bool
	}{
		"a harmless one": {sent: "Trace_1.2-3", kept: true},
		"none":           {},
		"with a quote":   {sent: `a"b`},
		"with a space":   {sent: "a b"},
		"too long":       {sent: strings.Repeat("a", 65)},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			inside := make(chan string, 1)
			server, _, _ := serve(t, map[string]http.HandlerFunc{
				"GET /": func(_ http.ResponseWriter, r *http.Request) { inside <- observe.RequestID(r.Context()) },
			})
			resp, _, err := get(t, server, "/", http.Header{observe.RequestIDHeader: {tc.sent}})
			if err != nil {
				t.Fatal(err)
			}
			got := resp.Header.Get(observe.RequestIDHeader)
			if got == "" || (got == tc.sent) != tc.kept {
				t.Errorf("got %q for %q, want it kept: %v", got, tc.sent, tc.kept)
			}
			if id := <-inside; id != got {
				t.Errorf("the handler saw %q, the client %q", id, got)
			}
		})
	}
}

func TestAPanicIsAnAnswer(t *testing.T) {
	server, _, lines := serve(t, map[string]http.HandlerFunc{
		"GET /early": func(http.ResponseWriter, *http.Request) { panic(errors.New("John Williams")) },
		"GET /index": func(_ http.ResponseWriter, r *http.Request) { _ = []int{}[len(r.Method)] },
		"GET /late": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic("John Williams")
		},
		"GET /abort": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	})
	for _, path := range []string{"/early", "/index"} {
		resp, body, err := get(t, server, path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != http.StatusInternalServerError || resp.Header.Get("Content-Type") != "application/problem+json" || !json.Valid([]byte(body)) {
			t.Errorf("%s: got %s %s", path, resp.Status, body)
		}
	}
	for _, path := range []string{"/late", "/abort"} {
		if _, body, err := get(t, server, path, nil); err == nil {
			t.Errorf("%s: half an answer looked whole: %q", path, body)
		}
	}
	var said []any
	got := lines()
	for _, line := range got {
		if line["msg"] == "handler panicked" {
			said = append(said, line["panic"])
		}
	}
	want := []any{"*errors.errorString", "runtime error: index out of range [3] with length 0", "string"}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("logged of panics (-want +got):\n%s", diff)
	}
	if text, _ := json.Marshal(got); bytes.Contains(text, []byte("John")) {
		t.Errorf("a customer's name is in the log: %s", text)
	}
}

func TestAStreamPassesThrough(t *testing.T) {
	release := make(chan struct{})
	server, metrics, lines := serve(t, map[string]http.HandlerFunc{
		"GET /events": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "data: 1\n\n")
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Error(err)
			}
			<-release
		},
	})
	resp, err := server.Client().Get(server.URL + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	line, err := bufio.NewReader(resp.Body).ReadString('\n')
	close(release)
	if err != nil || line != "data: 1\n" {
		t.Errorf("got %q, %v while the stream is open", line, err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	lines()
	text := scrape(t, metrics)
	if strings.Contains(text, `pullmode_http_request_duration_seconds_count{route="GET /events"}`) {
		t.Error("a stream's length counts as the time of an answer")
	}
	if !strings.Contains(text, `pullmode_http_requests_total{code="200",route="GET /events"} 1`) {
		t.Error("a stream is not counted")
	}
}
