package server

import (
	"net/http"
	"strings"

	"github.com/pullmode/operator/runtime/protocol"
)

// What pages of other origins may send and read, besides what any page may. Tokens
// come in the Authorization header, which a page has to set itself: there is nothing
// that a browser would send by itself (no credentials).
const (
	sharedMethods = "GET, HEAD, POST, PUT, DELETE"
	sharedRequest = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Request-Id"
	sharedAnswer  = "Retry-After, X-Request-Id"
	// sharedFor is how long a browser may go by what it was told, in seconds: the
	// origins can be changed at any time, and ten minutes is what most browsers heed.
	sharedFor = "600"
)

// origins lets pages of the origins that the gate names read what the API answers, and
// answers the question (a preflight) that browsers ask first. Pages of others get no
// such headers, so that their browsers keep the answer from them.
func (s *Server) origins(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/openapi.json" && !strings.HasPrefix(r.URL.Path, "/v1/") {
			next.ServeHTTP(w, r) // a face sees to its own
			return
		}
		w.Header().Add("Vary", "Origin")
		origin := r.Header.Get("Origin")
		preflight := r.Method == http.MethodOptions && origin != "" && r.Header.Get("Access-Control-Request-Method") != ""
		switch welcome := s.Gate.Origin(r); {
		case origin != "" && welcome:
			w.Header().Set("Access-Control-Allow-Origin", origin)
			w.Header().Set("Access-Control-Expose-Headers", sharedAnswer)
		case preflight:
			write(w, problem(protocol.ProblemOrigin, foreign))
			return
		}
		if preflight {
			w.Header().Set("Access-Control-Allow-Methods", sharedMethods)
			w.Header().Set("Access-Control-Allow-Headers", sharedRequest)
			w.Header().Set("Access-Control-Max-Age", sharedFor)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// foreign tells who runs a desk elsewhere what is missing.
const foreign = "pages of this origin may not call here: have it added to the RoutingRuntime's allowedOrigins"
