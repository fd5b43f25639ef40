package observe

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"

	"github.com/pullmode/operator/runtime/protocol"
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
	_ = json.NewEncoder(w).Encode(protocol.Problem{ // whoever asked went away
		Type: protocol.ProblemInternal, Title: "Internal error", Status: http.StatusInternalServerError,
		Detail:   "the runtime made a mistake: its log says more under this request_id",
		Instance: "urn:pullmode:request:" + RequestID(r.Context()),
	})
	return false
}
