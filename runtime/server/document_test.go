package server_test

import (
	"cmp"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/server"
)

// document is the API's document; it depends on nothing that a server stands on.
var document = server.New(server.Options{Version: "test"}).OpenAPI()

// operationOf finds what is documented of a request; nil for an address of which
// nothing is.
func operationOf(method, path string) *huma.Operation {
	path, _, _ = strings.Cut(path, "?")
	for template, item := range document.Paths {
		pattern := regexp.MustCompile(`\{\w+\}`).ReplaceAllString(template, `[^/]+`)
		if !regexp.MustCompile("^" + pattern + "$").MatchString(path) {
			continue
		}
		return map[string]*huma.Operation{"GET": item.Get, "PUT": item.Put, "POST": item.Post, "DELETE": item.Delete}[method]
	}
	return nil
}

// wantDocumented holds an answer against the document: its status is there, its
// body fits the schema, and a problem's type is named.
func wantDocumented(t *testing.T, s sent, resp *http.Response, body []byte) {
	t.Helper()
	op := operationOf(s.method, s.path)
	if op == nil {
		if resp.StatusCode != http.StatusNotFound && resp.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s %s is not documented and answers %d", s.method, s.path, resp.StatusCode)
		}
		return
	}
	response := op.Responses[strconv.Itoa(resp.StatusCode)]
	if response == nil {
		t.Errorf("%s may not answer %d by its document: %s", op.OperationID, resp.StatusCode, body)
		return
	}
	var p protocol.Problem
	if json.Unmarshal(body, &p) == nil && p.Type != "" && !strings.Contains(response.Description, string(p.Type)) {
		t.Errorf("%s answers %d with %s, and is documented as %s", op.OperationID, resp.StatusCode, p.Type, response.Description)
	}
	if len(body) == 0 {
		return
	}
	media := response.Content[resp.Header.Get("Content-Type")]
	if media == nil {
		t.Errorf("%s answers %d with undocumented media type %q", op.OperationID, resp.StatusCode, resp.Header.Get("Content-Type"))
		return
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		t.Fatal(err)
	}
	result := &huma.ValidateResult{}
	huma.Validate(document.Components.Schemas, media.Schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, value, result)
	for _, err := range result.Errors {
		t.Errorf("%s answers %d with a body that is not as documented: %v\n%s", op.OperationID, resp.StatusCode, err, body)
	}
}

// wantOK sends what must succeed and decodes the answer.
func wantOK(t *testing.T, base string, s sent, into any) {
	t.Helper()
	resp, body := send(t, base, s)
	if resp.StatusCode >= 300 {
		t.Fatalf("%s %s: %d %s", s.method, s.path, resp.StatusCode, body)
	}
	wantDocumented(t, s, resp, body)
	if into != nil {
		if err := json.Unmarshal(body, into); err != nil {
			t.Fatal(err)
		}
	}
}

// The document has every operation of this scope, and each says how it can fail.
func TestDocument(t *testing.T) {
	want := map[string]string{
		"post-message": "POST /v1/channels/{channel}/messages", "end-session": "POST /v1/channels/{channel}/sessions/{customer}/end",
		"me": "GET /v1/me", "subscribe": "PUT /v1/lists/{list}/subscription", "unsubscribe": "DELETE /v1/lists/{list}/subscription",
		"list-requests": "GET /v1/requests", "get-request": "GET /v1/requests/{id}",
		"join": "POST /v1/requests/{id}/join", "leave": "POST /v1/requests/{id}/leave", "close": "POST /v1/requests/{id}/close",
		"say": "POST /v1/requests/{id}/messages", "wrap-up": "POST /v1/requests/{id}/wrap-up",
		"transfer": "POST /v1/requests/{id}/transfer", "invite": "POST /v1/requests/{id}/invite",
		"remove-member": "DELETE /v1/requests/{id}/members/{agent}", "logout": "POST /v1/logout",
		"list-offers": "GET /v1/offers", "accept-offer": "POST /v1/offers/{id}/accept",
		"decline-offer": "POST /v1/offers/{id}/decline", "withdraw-offer": "DELETE /v1/offers/{id}",
		"transfer-targets": "GET /v1/transfer-targets",
		"list-alerts":      "GET /v1/alerts", "dismiss-alert": "DELETE /v1/alerts/{request}", "dismiss-alerts": "DELETE /v1/alerts",
		"put-presence": "PUT /v1/channels/{channel}/customers/{customer}/presence",
		"events":       "GET /v1/events", "web-socket": "GET /v1/ws",
		"sign-in": "GET /v1/sign-in",
	}
	got := 0
	for path, item := range document.Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "PUT": item.Put, "POST": item.Post, "DELETE": item.Delete, "PATCH": item.Patch} {
			if op == nil {
				continue
			}
			got++
			if want[op.OperationID] != method+" "+path {
				t.Errorf("%s is %s %s", op.OperationID, method, path)
			}
			statuses := []string{"500", "503"}
			if op.Security != nil {
				statuses = append(statuses, "401")
			}
			for _, status := range statuses {
				if op.Responses[status] == nil || op.Responses[status].Content["application/problem+json"] == nil {
					t.Errorf("%s does not say how it answers %s", op.OperationID, status)
				}
			}
			if op.Responses["default"] != nil || (op.Tags[0] == "anyone") != (len(op.Security) == 0) || op.Summary == "" || op.Description == "" {
				t.Errorf("%s is incompletely documented", op.OperationID)
			}
		}
	}
	if got != len(want) {
		t.Errorf("%d operations, want %d", got, len(want))
	}
}

// What is served is the document, whole: every reference leads somewhere, and every
// route of it is one that answers.
func TestDocumentIsServed(t *testing.T) {
	s := site.Start(t)
	resp, body := send(t, s.URL, sent{method: "GET", path: "/openapi.json"})
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "application/openapi+json" {
		t.Fatalf("%d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	var served struct {
		OpenAPI    string                                `json:"openapi"`
		Paths      map[string]map[string]json.RawMessage `json:"paths"`
		Components struct {
			Schemas map[string]json.RawMessage `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(body, &served); err != nil || served.OpenAPI != "3.1.0" {
		t.Fatalf("%q: %v", served.OpenAPI, err)
	}
	for _, ref := range regexp.MustCompile(`"\$ref":"#/components/schemas/(\w+)"`).FindAllStringSubmatch(string(body), -1) {
		if served.Components.Schemas[ref[1]] == nil {
			t.Errorf("a reference to %s, which is not there", ref[1])
		}
	}
	for path, methods := range served.Paths {
		for method := range methods {
			r := sent{method: strings.ToUpper(method), path: regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, "x")}
			// Without a token each one says so but these: a route that there is not says 404.
			want := map[string]int{"/v1/ws": http.StatusUpgradeRequired, "/v1/sign-in": http.StatusOK}[path]
			if resp, body := send(t, s.URL, r); resp.StatusCode != cmp.Or(want, http.StatusUnauthorized) {
				t.Errorf("%s %s: %d %s", method, path, resp.StatusCode, body)
			}
		}
	}
}
