package server_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
)

// Pages of the origins that are allowed may call the API from a browser, and read
// what it answers.
func TestOrigins(t *testing.T) {
	s := site.Start(t)
	config := s.Config()
	config.AllowedOrigins = []string{"https://desk.test"}
	s.Program(config)
	const welcome, foreign = "https://desk.test", "https://evil.example"
	preflight := func(path, origin string) sent {
		return sent{method: "OPTIONS", path: path, header: map[string]string{
			"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,idempotency-key",
		}}
	}
	call := func(path, origin, token string) sent {
		return sent{method: "GET", path: path, header: map[string]string{"Origin": origin, "Authorization": "Bearer " + token}}
	}
	alice := s.Token("alice")
	shared := map[string]string{"Vary": "Origin", "Access-Control-Allow-Origin": welcome, "Access-Control-Expose-Headers": "Retry-After, X-Request-Id"}
	asked := map[string]string{
		"Vary": "Origin", "Access-Control-Allow-Origin": welcome, "Access-Control-Expose-Headers": "Retry-After, X-Request-Id",
		"Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, DELETE", "Access-Control-Max-Age": "600",
		"Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Request-Id",
	}
	kept := map[string]string{"Vary": "Origin"}
	tests := map[string]struct {
		sent   sent
		status int
		header map[string]string
	}{
		"a call":                       {call("/v1/me", welcome, alice), 200, shared},
		"an answer that is a problem":  {call("/v1/me", welcome, "none"), 401, shared},
		"nothing there":                {call("/v1/none", welcome, ""), 404, shared},
		"the document":                 {call("/openapi.json", welcome, ""), 200, shared},
		"before anybody signs in":      {call("/v1/sign-in", welcome, ""), 200, shared},
		"a preflight":                  {preflight("/v1/requests/x/join", welcome), 204, asked},
		"a call of a stranger":         {call("/v1/me", foreign, alice), 200, kept},
		"a preflight of a stranger":    {preflight("/v1/requests/x/join", foreign), 403, kept},
		"a preflight of nobody":        {preflight("/v1/me", "null"), 403, kept},
		"OPTIONS that is no preflight": {sent{method: "OPTIONS", path: "/v1/me"}, 405, kept},
		"a program":                    {sent{method: "GET", path: "/v1/me", header: bearer(alice)}, 200, kept},
		"its own page":                 {call("/v1/me", s.URL, alice), 200, map[string]string{"Vary": "Origin", "Access-Control-Allow-Origin": s.URL, "Access-Control-Expose-Headers": "Retry-After, X-Request-Id"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			resp, body := send(t, s.URL, tc.sent)
			got := map[string]string{}
			for _, header := range []string{
				"Vary", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Access-Control-Allow-Methods",
				"Access-Control-Allow-Headers", "Access-Control-Max-Age", "Access-Control-Allow-Credentials",
			} {
				if value := resp.Header.Get(header); value != "" {
					got[header] = value
				}
			}
			if diff := cmp.Diff(tc.header, got); diff != "" || resp.StatusCode != tc.status {
				t.Errorf("%d %s (-want +got):\n%s", resp.StatusCode, body, diff)
			}
		})
	}
	handshake := sent{method: "GET", path: "/v1/ws", header: map[string]string{
		"Origin": foreign, "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
	}}
	wantProblem(t, s.URL, handshake, answered{Status: http.StatusForbidden, Type: protocol.ProblemOrigin})
}
