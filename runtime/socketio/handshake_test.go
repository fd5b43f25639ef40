package socketio_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/socketio"
)

func TestASessionBeginsWithItsTerms(t *testing.T) {
	_, url := serve(t, socketio.Options{PingInterval: 3 * time.Second, PingTimeout: 2 * time.Second, MaxPayload: 1234})
	want := opening{Upgrades: []string{"websocket"}, PingInterval: 3000, PingTimeout: 2000, MaxPayload: 1234}
	_, packet := fetch(t, http.MethodGet, url+"/socket.io/?EIO=4&transport=polling&t=abc", "", nil)
	got := begun(t, url, packet)
	if len(got.SID) < 20 {
		t.Errorf("the sid %q can be guessed", got.SID)
	}
	got.SID = ""
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("polling: %s", diff)
	}
	want.Upgrades = []string{}
	got = opened(t, dial(t, url+"/socket.io/?EIO=4&transport=websocket").hear())
	got.SID = ""
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("websocket: %s", diff)
	}
}

func TestRequestsThatCannotBeServedAreTold(t *testing.T) {
	_, url := serve(t, socketio.Options{})
	upgrade := http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}}
	tests := map[string]struct {
		method, query string
		header        http.Header
		status, code  int
	}{
		"no transport":                       {"GET", "EIO=4", nil, 400, 0},
		"another transport":                  {"GET", "EIO=4&transport=carrier-pigeon", nil, 400, 0},
		"an unknown sid":                     {"GET", "EIO=4&transport=polling&sid=abc", nil, 400, 1},
		"a post to an unknown sid":           {"POST", "EIO=4&transport=polling&sid=abc", nil, 400, 1},
		"an upgrade of an unknown sid":       {"GET", "EIO=4&transport=websocket&sid=abc", upgrade, 400, 1},
		"a session begun with a POST":        {"POST", "EIO=4&transport=polling", nil, 400, 2},
		"a session begun with a DELETE":      {"DELETE", "EIO=4&transport=polling", nil, 400, 2},
		"a websocket that is none":           {"GET", "EIO=4&transport=websocket", nil, 400, 3},
		"a websocket as polling":             {"GET", "EIO=4&transport=polling", upgrade, 400, 3},
		"a websocket without a key":          {"GET", "EIO=4&transport=websocket", http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}}, 400, 3},
		"an origin that is not welcome":      {"GET", "EIO=4&transport=polling", http.Header{"Origin": {"https://elsewhere.example"}}, 403, 4},
		"a websocket from such an origin":    {"GET", "EIO=4&transport=websocket", http.Header{"Origin": {"https://elsewhere.example"}, "Connection": {"Upgrade"}, "Upgrade": {"websocket"}}, 403, 4},
		"a question before it, from such an": {"OPTIONS", "EIO=4&transport=polling", http.Header{"Origin": {"https://elsewhere.example"}}, 403, 4},
		"protocol 3":                         {"GET", "EIO=3&transport=polling", nil, 400, 5},
		"no protocol":                        {"GET", "transport=polling", nil, 400, 5},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			status, body := fetch(t, tc.method, url+"/socket.io/?"+tc.query, "", tc.header)
			got := struct {
				Code    int
				Message string
			}{Code: -1}
			if err := json.Unmarshal([]byte(body), &got); err != nil {
				t.Fatalf("%v: %q", err, body)
			}
			if status != tc.status || got.Code != tc.code || got.Message == "" {
				t.Errorf("answered %d %s, want %d with code %d", status, body, tc.status, tc.code)
			}
		})
	}
	if status, _ := fetch(t, http.MethodGet, url+"/socket.io/client.js?EIO=4&transport=polling", "", nil); status != http.StatusNotFound {
		t.Errorf("another path is answered %d", status)
	}
}

func TestOtherOriginsAreAskedAbout(t *testing.T) {
	_, url := serve(t, socketio.Options{CheckOrigin: func(r *http.Request) bool {
		origin := r.Header.Get("Origin")
		return origin == "" || strings.HasSuffix(origin, ".example")
	}})
	origin := http.Header{"Origin": {"https://desk.example"}, "Access-Control-Request-Method": {"POST"}, "Access-Control-Request-Headers": {"authorization, content-type"}}
	question := request(t, http.MethodOptions, url+"/socket.io/?EIO=4&transport=polling", "", origin)
	_ = question.Body.Close()
	if question.StatusCode != http.StatusNoContent {
		t.Errorf("the question is answered %d", question.StatusCode)
	}
	session := request(t, http.MethodGet, url+"/socket.io/?EIO=4&transport=polling", "", origin)
	defer session.Body.Close()
	packet, err := io.ReadAll(session.Body)
	if err != nil {
		t.Fatal(err)
	}
	begun(t, url, string(packet))
	want := map[string]string{
		"Access-Control-Allow-Origin":      "https://desk.example",
		"Access-Control-Allow-Credentials": "true",
		"Vary":                             "Origin",
	}
	for name, value := range want {
		for _, response := range []*http.Response{question, session} {
			if got := response.Header.Get(name); got != value {
				t.Errorf("%s is %q, want %q", name, got, value)
			}
		}
	}
	if got := question.Header.Get("Access-Control-Allow-Headers"); got != "authorization, content-type" {
		t.Errorf("these headers may be sent: %q", got)
	}
	if got := question.Header.Get("Access-Control-Allow-Methods"); got != "GET, POST" {
		t.Errorf("these methods may be used: %q", got)
	}
}

func TestTheOwnHostIsWelcome(t *testing.T) {
	_, url := serve(t, socketio.Options{})
	status, body := fetch(t, http.MethodGet, url+"/socket.io?EIO=4&transport=polling", "", http.Header{"Origin": {url}})
	if status != http.StatusOK {
		t.Errorf("answered %d %s", status, body)
	}
	begun(t, url, body)
}
