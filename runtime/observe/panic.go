package observe

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
)

// answerPanic logs what a handler panicked with and answers 500. It tells whether
// that came too late, so that the connection must be cut.
func answerPanic(w http.ResponseWriter, r *http.Request, log *slog.Logger, cause any, started bool) (broken bool) {
	err, _ := cause.(error)
	if errors.Is(err, http.ErrAbortHandler) {
		return true // the handler's own wish
	}
	// The value a handler panics with can hold anything, also a customer's words.
	// The Go runtime's own errors hold indexes and types, and a stack has addresses.
	said := fmt.Sprintf("%T", cause)
	var fault runtime.Error
	if errors.As(err, &fault) {
		said = fault.Error()
	}
	log.ErrorContext(r.Context(), "handler panicked", "panic", said, "stack", string(debug.Stack()))
	if started {
		return true
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = fmt.Fprintf(w, `{"type":"about:blank","title":"Internal Server Error","status":500,"detail":"the log says more under request_id %s"}`, RequestID(r.Context()))
	return false
}
