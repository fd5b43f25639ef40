package server

import (
	"mime"
	"net/http"

	"github.com/pullmode/operator/runtime/protocol"
)

// problems answers what no route takes in the shape of all other errors, and
// brings the media type of a body to its plain form.
func problems(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil {
			r.Header.Set("Content-Type", media)
		}
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		handler, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		// The mux's own answer says in its headers which methods there are.
		unrouted := &headersOnly{header: http.Header{}}
		handler.ServeHTTP(unrouted, r)
		if unrouted.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", unrouted.header.Get("Allow"))
			write(w, problem(protocol.ProblemMethod, "this address takes "+unrouted.header.Get("Allow")))
			return
		}
		write(w, problem(protocol.ProblemUnknownPath, "there is nothing at this address: see /openapi.json for what there is"))
	})
}

// headersOnly takes an answer and keeps nothing but its head.
type headersOnly struct {
	header http.Header
	status int
}

func (h *headersOnly) Header() http.Header         { return h.header }
func (h *headersOnly) WriteHeader(status int)      { h.status = status }
func (h *headersOnly) Write(b []byte) (int, error) { return len(b), nil }
