package observe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// checkTimeout bounds all checks of one probe together, below the kubelet's own.
const checkTimeout = 800 * time.Millisecond

// Check says why something is not ready, or nil. It is called at every probe, and
// its error is shown to whoever probes: no secrets, no customers' words.
type Check func(ctx context.Context) error

// Health is the set of named checks behind /readyz. Safe for concurrent use.
type Health struct {
	mu     sync.RWMutex
	checks []named // in the order in which they were named
}

type named struct {
	name  string
	check Check
}

// NewHealth makes a Health with these names, none of which is ready until Set: a
// part that is still starting is a part that is not ready, and is named.
func NewHealth(names ...string) *Health {
	h := &Health{}
	for _, name := range names {
		h.Set(name, func(context.Context) error { return errStarting })
	}
	return h
}

var errStarting = errors.New("starting")

// Set adds a check, or replaces the one of that name.
func (h *Health) Set(name string, check Check) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range h.checks {
		if h.checks[i].name == name {
			h.checks[i].check = check
			return
		}
	}
	h.checks = append(h.checks, named{name, check})
}

// Handler serves a runtime's own port:
//
//	/healthz  200 as long as the process answers. It looks at nothing else, because
//	          a restart heals neither a full disk nor a missing snapshot.
//	/readyz   200 when every check is well, 503 otherwise; one line a check says which.
//	/metrics  for Prometheus.
func (h *Health) Handler(metrics *Registry) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { text(w, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", h.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics.prometheus, promhttp.HandlerOpts{Registry: metrics.prometheus}))
	return mux
}

func (h *Health) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
	defer cancel()
	status := http.StatusOK
	var lines strings.Builder
	h.mu.RLock()
	checks := slices.Clone(h.checks) // a check may be slow, and may call Set
	h.mu.RUnlock()
	for _, c := range checks {
		said := "ok"
		if err := c.check(ctx); err != nil {
			status, said = http.StatusServiceUnavailable, "not ready: "+err.Error()
		}
		fmt.Fprintf(&lines, "%s: %s\n", c.name, said)
	}
	text(w, status, lines.String())
}

func text(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // the prober went away
}
