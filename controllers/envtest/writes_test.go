package envtest_test

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// writes notes every request of a client that could change something, as the
// API server gets it. Leases and events are not about anything here.
type writes struct {
	// hold, if given, sends all requests; next sends one at once.
	hold func(req *http.Request, next http.RoundTripper) (*http.Response, error)

	mu       sync.Mutex
	requests []string
	at       time.Time // of the last one's end
}

func (w *writes) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if changes(req) {
			w.mu.Lock()
			w.requests = append(w.requests, req.Method+" "+req.URL.Path)
			w.mu.Unlock()
		}
		if w.hold != nil {
			return w.hold(req, next)
		}
		res, err := next.RoundTrip(req)
		if changes(req) {
			w.mu.Lock()
			w.at = time.Now()
			w.mu.Unlock()
		}
		return res, err
	})
}

func changes(req *http.Request) bool {
	path := req.URL.Path
	return req.Method != http.MethodGet && !strings.Contains(path, "/leases") && !strings.Contains(path, "/events")
}

// last is when the last of them was answered.
func (w *writes) last() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

// seen lists what was written so far.
func (w *writes) seen() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string{}, w.requests...)
}

// reset forgets what was written so far.
func (w *writes) reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests = nil
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
