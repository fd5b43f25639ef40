package replica_test

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"testing"
)

// line is how a client reaches the replicas: the one that it talks to until that
// does not answer, then the next. The client's repeats, with the same key or cursor,
// therefore come to another replica.
type line struct {
	hosts []string
	at    atomic.Int64
	hunt  *hunt
	// what is the kind of command that is on the line; empty for none. A line has one
	// command at a time.
	what string
	http.RoundTripper
}

// newLine makes a line that begins with one of the replicas. hunt may be nil.
func newLine(t *testing.T, hosts []string, first int, hunt *hunt) *line {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	l := &line{hosts: hosts, hunt: hunt, RoundTripper: transport}
	l.at.Store(int64(first))
	return l
}

// base is the address that clients are given; which replica it is, the line says.
const base = "http://replicas.test"

func (l *line) client() *http.Client { return &http.Client{Transport: l} }

func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	at, sent := l.at.Load(), false
	trace := &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { sent = true }}
	r = r.Clone(httptrace.WithClientTrace(r.Context(), trace))
	r.URL.Host = l.hosts[at%int64(len(l.hosts))]
	r.Host = ""
	if l.what != "" {
		l.hunt.begins(l.what)
	}
	resp, err := l.RoundTripper.RoundTrip(r)
	if l.what != "" {
		l.hunt.ends(l.what, err != nil && sent)
	}
	if err != nil || resp.StatusCode == http.StatusServiceUnavailable {
		l.at.CompareAndSwap(at, at+1)
	}
	return resp, err
}

// hunt finds the moments to kill at: when commands are on their way of kinds that
// none was interrupted of so far.
type hunt struct {
	mu sync.Mutex
	// left are the kinds that are still hunted, running how many commands of each
	// kind are on their way.
	left    map[string]bool
	running map[string]int
	// interrupted counts the commands that got no answer after they were sent.
	interrupted int
	// Armed with how many kinds at once it would like and how many answers it waits
	// for them: each answer makes it a little less demanding.
	patience int
	now      chan struct{}
}

// perKind is for how many answers the hunt insists on one more kind at once.
const perKind = 25

func newHunt(kinds []string) *hunt {
	h := &hunt{left: map[string]bool{}, running: map[string]int{}}
	for _, kind := range kinds {
		h.left[kind] = true
	}
	return h
}

// kinds is how many are still hunted.
func (h *hunt) kinds() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var left []string
	for kind := range h.left {
		left = append(left, kind)
	}
	return left
}

// next is closed at the next moment to kill at.
func (h *hunt) next() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = make(chan struct{})
	h.patience = min(4, len(h.left))*perKind + rand.IntN(perKind) // at least
	return h.now
}

func (h *hunt) begins(kind string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.running[kind]++
	h.look()
}

func (h *hunt) ends(kind string, interrupted bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.running[kind]--; interrupted {
		delete(h.left, kind)
		h.interrupted++
	}
	h.patience--
	h.look()
}

// look says whether this is the moment. With nothing left to hunt, any is, once the
// patience is over.
func (h *hunt) look() {
	if h.now == nil {
		return
	}
	caught := 0
	for kind := range h.left {
		if h.running[kind] > 0 {
			caught++
		}
	}
	if wanted := max(h.patience/perKind, min(1, len(h.left))); caught >= wanted && (caught > 0 || h.patience <= 0) {
		close(h.now)
		h.now = nil
	}
}
