package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/internal/leak"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/snapshot"
)

func TestMain(m *testing.M) { leak.Main(m) }

var ctx = context.Background()

// sent is a request as a test writes it.
type sent struct {
	method, path, body string
	header             map[string]string
}

// answered is what is asserted of an answer.
type answered struct {
	Status int
	Type   protocol.ProblemType
	Header map[string]string // those that are asked for
}

var plain = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

func send(t *testing.T, base string, s sent) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, s.method, base+s.path, strings.NewReader(s.body))
	if err != nil {
		t.Fatal(err)
	}
	if s.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range s.header {
		req.Header.Set(name, value)
	}
	resp, err := plain.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

// wantProblem asserts the problem that a request is answered with, and gives it.
func wantProblem(t *testing.T, base string, s sent, want answered) protocol.Problem {
	t.Helper()
	resp, body := send(t, base, s)
	var p protocol.Problem
	if err := json.Unmarshal(body, &p); err != nil {
		t.Fatalf("%d %s is no problem document: %v", resp.StatusCode, body, err)
	}
	if media := resp.Header.Get("Content-Type"); media != "application/problem+json" {
		t.Errorf("media type %q", media)
	}
	wantDocumented(t, s, resp, body)
	got := answered{Status: resp.StatusCode, Type: p.Type}
	for name := range want.Header {
		if got.Header == nil {
			got.Header = map[string]string{}
		}
		got.Header[name] = resp.Header.Get(name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s%s", diff, body)
	}
	if p.Status != resp.StatusCode || p.Title == "" || p.Detail == "" {
		t.Errorf("incomplete: %s", body)
	}
	return p
}

func bearer(token string) map[string]string {
	return map[string]string{"Authorization": "Bearer " + token}
}

func message(id, customer, text string) string {
	b, _ := json.Marshal(protocol.PostMessage{ID: id, Customer: protocol.Customer{ID: customer}, Text: text})
	return string(b)
}

func post(channel, body string) sent {
	return sent{method: "POST", path: "/v1/channels/" + channel + "/messages", body: body, header: bearer(site.Key(channel))}
}

// What connectors can do wrong.
func TestConnectorProblems(t *testing.T) {
	s := site.Start(t)
	with := func(r sent, name, value string) sent {
		r.header = map[string]string{"Authorization": r.header["Authorization"], name: value}
		return r
	}
	tests := map[string]struct {
		send sent
		want answered
	}{
		"malformed JSON":          {post("facebook", `{"id": "m1", `), answered{400, protocol.ProblemMalformed, nil}},
		"two JSON values":         {post("facebook", message("m1", "john", "hi")+"{}"), answered{400, protocol.ProblemMalformed, nil}},
		"no body":                 {post("facebook", ""), answered{400, protocol.ProblemMalformed, nil}},
		"a body over the limit":   {post("facebook", message("m1", "john", strings.Repeat("x", 200<<10))), answered{413, protocol.ProblemTooLarge, nil}},
		"a text over the limit":   {post("facebook", message("m1", "john", strings.Repeat("x", 64<<10+1))), answered{413, protocol.ProblemTooLarge, nil}},
		"another media type":      {with(post("facebook", "id=m1"), "Content-Type", "application/x-www-form-urlencoded"), answered{415, protocol.ProblemMediaType, nil}},
		"a missing field":         {post("facebook", `{"id":"m1","text":"hi"}`), answered{422, protocol.ProblemInvalid, nil}},
		"a misspelled field":      {post("facebook", `{"id":"m1","customer":{"id":"john","nmae":"x"},"text":"hi"}`), answered{422, protocol.ProblemInvalid, nil}},
		"a field of a wrong type": {post("facebook", `{"id":1,"customer":{"id":"john"},"text":"hi"}`), answered{422, protocol.ProblemInvalid, nil}},
		"no text":                 {post("facebook", message("m1", "john", "")), answered{422, protocol.ProblemInvalid, nil}},
		"an id over the limit":    {post("facebook", message(strings.Repeat("x", 257), "john", "hi")), answered{422, protocol.ProblemInvalid, nil}},
		"too many attributes":     {post("facebook", tooManyAttributes()), answered{422, protocol.ProblemInvalid, nil}},
		"no key":                  {sent{method: "POST", path: "/v1/channels/facebook/messages", body: message("m1", "john", "hi")}, answered{401, protocol.ProblemInvalidKey, map[string]string{"Www-Authenticate": "Bearer"}}},
		"a wrong key":             {with(post("facebook", message("m1", "john", "hi")), "Authorization", "Bearer "+site.Key("web")), answered{401, protocol.ProblemInvalidKey, map[string]string{"Www-Authenticate": "Bearer"}}},
		"an unknown channel":      {post("nowhere", message("m1", "john", "hi")), answered{401, protocol.ProblemInvalidKey, map[string]string{"Www-Authenticate": "Bearer"}}},
		"a channel not pulled":    {post("pushed", message("m1", "john", "hi")), answered{422, protocol.ProblemNotPull, nil}},
		"a list that is gone":     {post("lost", message("m1", "john", "hi")), answered{503, protocol.ProblemListUnavailable, map[string]string{"Retry-After": "30"}}},
		"an unknown address":      {sent{method: "GET", path: "/v1/nothing"}, answered{404, protocol.ProblemUnknownPath, nil}},
		"another method":          {sent{method: "PATCH", path: "/v1/channels/facebook/messages"}, answered{405, protocol.ProblemMethod, map[string]string{"Allow": "POST"}}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			p := wantProblem(t, s.URL, tc.send, tc.want)
			if p.Type == protocol.ProblemInvalid && len(p.Fields) == 0 && name != "too many attributes" && name != "no text" {
				t.Errorf("does not say which field: %+v", p)
			}
		})
	}
}

func tooManyAttributes() string {
	m := protocol.PostMessage{ID: "m1", Customer: protocol.Customer{ID: "john", Attributes: map[string]string{}}, Text: "hi"}
	for i := range 17 {
		m.Customer.Attributes[fmt.Sprint("a", i)] = "v"
	}
	b, _ := json.Marshal(m)
	return string(b)
}

// An unknown channel and a wrong key cannot be told apart.
func TestChannelsDoNotLeak(t *testing.T) {
	s := site.Start(t)
	known, unknown := post("facebook", message("m1", "john", "hi")), post("nowhere", message("m1", "john", "hi"))
	known.header, unknown.header = bearer("a-key-that-nobody-has"), bearer("a-key-that-nobody-has")
	_, a := send(t, s.URL, known)
	_, b := send(t, s.URL, unknown)
	if diff := cmp.Diff(string(a), string(b)); diff != "" {
		t.Errorf("told apart: %s", diff)
	}
}

// What agents can do wrong.
func TestAgentProblems(t *testing.T) {
	s := site.Start(t)
	open, err := s.Connector("facebook").Post(ctx, protocol.PostMessage{ID: "m1", Customer: protocol.Customer{ID: "john"}, Text: "hi"})
	if err != nil {
		t.Fatal(err)
	}
	over, err := s.Connector("web").Post(ctx, protocol.PostMessage{ID: "m1", Customer: protocol.Customer{ID: "mary"}, Text: "hi"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Connector("web").EndSession(ctx, "mary"); err != nil {
		t.Fatal(err)
	}
	expired, err := s.Issuer.Sign("alice", nil, -time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	alice, dave := bearer(s.Token("alice")), bearer(s.Token("dave"))
	challenge := map[string]string{"Www-Authenticate": `Bearer error="invalid_token", error_description="the token has expired"`}
	tests := map[string]struct {
		send sent
		want answered
	}{
		"no token":                          {sent{method: "GET", path: "/v1/me"}, answered{401, protocol.ProblemInvalidToken, map[string]string{"Www-Authenticate": "Bearer"}}},
		"an expired token":                  {sent{method: "GET", path: "/v1/me", header: bearer(expired)}, answered{401, protocol.ProblemInvalidToken, challenge}},
		"a wrong token":                     {sent{method: "GET", path: "/v1/me", header: bearer("nonsense")}, answered{401, protocol.ProblemInvalidToken, nil}},
		"a connector's key":                 {sent{method: "GET", path: "/v1/me", header: bearer(site.Key("facebook"))}, answered{401, protocol.ProblemInvalidToken, nil}},
		"no token for the feed":             {sent{method: "GET", path: "/v1/events"}, answered{401, protocol.ProblemInvalidToken, nil}},
		"an unknown request":                {sent{method: "GET", path: "/v1/requests/01NOSUCH", header: alice}, answered{404, protocol.ProblemUnknownRequest, nil}},
		"a request of a list not yours":     {sent{method: "GET", path: "/v1/requests/" + open.Request, header: dave}, answered{404, protocol.ProblemUnknownRequest, nil}},
		"a join of an unknown request":      {sent{method: "POST", path: "/v1/requests/01NOSUCH/join", header: alice}, answered{404, protocol.ProblemUnknownRequest, nil}},
		"a join on a list not yours":        {sent{method: "POST", path: "/v1/requests/" + open.Request + "/join", header: dave}, answered{404, protocol.ProblemUnknownRequest, nil}},
		"a join of a closed request (T12)":  {sent{method: "POST", path: "/v1/requests/" + over.Request + "/join", header: alice}, answered{410, protocol.ProblemGone, nil}},
		"a leave by a stranger (T16)":       {sent{method: "POST", path: "/v1/requests/" + open.Request + "/leave", header: alice}, answered{409, protocol.ProblemNotAMember, nil}},
		"a close by a stranger (T19)":       {sent{method: "POST", path: "/v1/requests/" + open.Request + "/close", header: alice}, answered{403, protocol.ProblemForbidden, nil}},
		"a subscription to an unknown list": {sent{method: "PUT", path: "/v1/lists/nowhere/subscription", header: alice}, answered{404, protocol.ProblemUnknownList, nil}},
		"a list that is not yours":          {sent{method: "PUT", path: "/v1/lists/l2/subscription", header: alice}, answered{404, protocol.ProblemUnknownList, nil}},
		"a page of a list not yours":        {sent{method: "GET", path: "/v1/requests?list=l2", header: alice}, answered{404, protocol.ProblemUnknownList, nil}},
		"a page of an unknown state":        {sent{method: "GET", path: "/v1/requests?state=DONE", header: alice}, answered{422, protocol.ProblemInvalid, nil}},
		"a page that is too long":           {sent{method: "GET", path: "/v1/requests?limit=501", header: alice}, answered{422, protocol.ProblemInvalid, nil}},
		"joined that is no boolean":         {sent{method: "GET", path: "/v1/requests?joined=maybe", header: alice}, answered{422, protocol.ProblemInvalid, nil}},
		"an idempotency key over the limit": {sent{method: "POST", path: "/v1/requests/" + open.Request + "/join", header: map[string]string{"Authorization": alice["Authorization"], "Idempotency-Key": strings.Repeat("k", 129)}}, answered{422, protocol.ProblemInvalid, nil}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) { wantProblem(t, s.URL, tc.send, tc.want) })
	}
}

// An unknown request and one of a list that is not the agent's are answered alike,
// but for the id that was asked for.
func TestRequestsDoNotLeak(t *testing.T) {
	s := site.Start(t)
	r, err := s.Connector("facebook").Post(ctx, protocol.PostMessage{ID: "m1", Customer: protocol.Customer{ID: "john"}, Text: "hi"})
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"", "/join", "/leave", "/close"} {
		method := map[bool]string{true: "GET", false: "POST"}[command == ""]
		ask := func(id string) string {
			resp, body := send(t, s.URL, sent{method: method, path: "/v1/requests/" + id + command, header: bearer(s.Token("dave"))})
			return fmt.Sprint(resp.StatusCode, strings.ReplaceAll(string(body), id, "ID"))
		}
		if diff := cmp.Diff(ask("01M81SBW6BEN9T7A467T9E3N5P"), ask(r.Request)); diff != "" {
			t.Errorf("%s: told apart: %s", command, diff)
		}
	}
}

func TestUnconfigured(t *testing.T) {
	s := site.Unprogrammed(t)
	want := answered{503, protocol.ProblemNoConfiguration, map[string]string{"Retry-After": "1"}}
	wantProblem(t, s.URL, sent{method: "GET", path: "/v1/me", header: bearer(s.Token("alice"))}, want)
	wantProblem(t, s.URL, sent{method: "GET", path: "/v1/events", header: bearer(s.Token("alice"))}, want)
	wantProblem(t, s.URL, post("facebook", message("m1", "john", "hi")), want)
}

// A token whose issuer does not answer can be neither accepted nor refused.
func TestIssuerUnavailable(t *testing.T) {
	s := site.Start(t)
	config := s.Config()
	config.Authentication.Issuers[0].URL = "http://127.0.0.1:1"
	s.Program(config)
	other := site.Issuer(t)
	token, err := other.SignClaims(map[string]any{"sub": "alice", "iss": "http://127.0.0.1:1", "exp": time.Now().Add(time.Hour).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	wantProblem(t, s.URL, sent{method: "GET", path: "/v1/me", header: bearer(token)}, answered{Status: 503, Type: protocol.ProblemIssuerUnavailable})
}

// The issuers of the snapshot in force count from the moment it is served.
func TestIssuersFollowTheSnapshot(t *testing.T) {
	s := site.Start(t)
	before := sent{method: "GET", path: "/v1/me", header: bearer(s.Token("alice"))}
	if resp, body := send(t, s.URL, before); resp.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	config := s.Config()
	config.Authentication.Issuers = []snapshot.Issuer{}
	s.Program(config)
	wantProblem(t, s.URL, before, answered{Status: 401, Type: protocol.ProblemInvalidToken})
}

// No answer repeats a token, a key or a customer's words.
func TestAnswersRepeatNothingConfidential(t *testing.T) {
	s := site.Start(t)
	for name, r := range map[string]sent{
		"key":       {method: "POST", path: "/v1/channels/facebook/messages", body: message("m", "c", "t"), header: bearer("secretsecretsecret")},
		"token":     {method: "GET", path: "/v1/me", header: bearer("secretsecretsecret")},
		"malformed": post("facebook", `{"id": "secretsecretsecret", `),
		"invalid":   post("facebook", `{"id": ["secretsecretsecret"], "customer": {"id": "c", "secret": "secretsecretsecret"}, "text": 1}`),
	} {
		t.Run(name, func(t *testing.T) {
			if resp, body := send(t, s.URL, r); strings.Contains(string(body)+fmt.Sprint(resp.Header), "secretsecretsecret") {
				t.Errorf("repeated in %d %s", resp.StatusCode, body)
			}
		})
	}
}
