package observe

import (
	"bufio"
	"context"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/felixge/httpsnoop"
)

// unmatched is the route of a request that no pattern took. Its address is the
// client's invention, so it is neither logged nor counted by.
const unmatched = "unmatched"

// Access wraps the router of a server: it gives every request an id (the client's
// own in RequestIDHeader where that is harmless; sent back in the same header),
// logs one line when it is answered, counts it, and turns a panic into a 500.
//
// next must be the *http.ServeMux itself or hand the request on as it is, because
// the route is what the mux writes into it (http.Request.Pattern). The line has the
// route, status, size and duration: no path and no query, which name customers and
// may hold tokens, no headers and no addresses. Answers of 500 and above are logged
// as errors, all others as info. A connection that is taken over for another protocol
// is a 101, and its duration is not observed, as a feed's is not.
func Access(log *slog.Logger, metrics *Registry, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := requestID(r)
		r = r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id))
		w.Header().Set(RequestIDHeader, id)

		var seen httpsnoop.Metrics
		broken, upgraded := false, false
		w = httpsnoop.Wrap(w, httpsnoop.Hooks{Hijack: func(hijack httpsnoop.HijackFunc) httpsnoop.HijackFunc {
			return func() (net.Conn, *bufio.ReadWriter, error) {
				conn, buffered, err := hijack()
				upgraded = err == nil
				return conn, buffered, err
			}
		}})
		seen.CaptureMetrics(w, func(w http.ResponseWriter) {
			defer func() {
				if cause := recover(); cause != nil {
					broken = answerPanic(w, r, log, cause, seen.Code != 0 || seen.Written > 0)
				}
			}()
			next.ServeHTTP(w, r)
		})
		switch {
		case upgraded:
			seen.Code = http.StatusSwitchingProtocols // which net/http does not see
		case seen.Code == 0:
			seen.Code = http.StatusOK // what net/http sends when a handler sets none
		}
		route := r.Pattern
		if route == "" {
			route = unmatched
		}
		metrics.httpRequests.WithLabelValues(route, strconv.Itoa(seen.Code)).Inc()
		// A feed's duration is how long its client stayed; among answers it would
		// only say that there are feeds.
		if !upgraded && !strings.HasPrefix(w.Header().Get("Content-Type"), "text/event-stream") {
			metrics.httpDuration.WithLabelValues(route).Observe(seen.Duration.Seconds())
		}
		level := slog.LevelInfo
		if seen.Code >= http.StatusInternalServerError {
			level = slog.LevelError
		}
		log.LogAttrs(r.Context(), level, "request",
			slog.String("route", route),
			slog.Int("status", seen.Code),
			slog.Int64("bytes", seen.Written),
			slog.Float64("ms", float64(seen.Duration)/float64(time.Millisecond)),
			slog.Bool("aborted", broken),
		)
		if broken {
			panic(http.ErrAbortHandler) // cuts the connection: half an answer must not look whole
		}
	})
}
