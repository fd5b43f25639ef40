package contract

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/gate"
	"github.com/pullmode/operator/runtime/socketio"
)

// refusal is why something is not done: a stable word, and a sentence for the agent.
type refusal struct {
	Type    string
	Message string
	Details map[string]any
	// RetryAfter is set where the same may succeed later.
	RetryAfter time.Duration
}

func (r *refusal) Error() string { return r.Type + ": " + r.Message }

// reason says more of a token that is not accepted; empty for all else.
func (r *refusal) reason() string {
	reason, _ := r.Details["reason"].(auth.Reason)
	return string(reason)
}

// The refusals that are this contract's own; all others are those of the API's
// problems, without their address.
const (
	malformed     = "malformed"
	wrongAgent    = "other-agent"
	notServed     = "not-served"
	tooLarge      = "too-large"
	invalid       = "invalid-request"
	invalidToken  = "invalid-token"
	tokenExpired  = "token-expired"
	tooMany       = "too-many-requests"
	unavailable   = "unavailable"
	internalError = "internal"
)

func refuse(kind, format string, args ...any) *refusal {
	return &refusal{Type: kind, Message: fmt.Sprintf(format, args...)}
}

// refusalOf says what an error of the packages behind means to a desk. One that it
// does not know is a mistake of the runtime, and the log's.
func refusalOf(err error, log *slog.Logger) *refusal {
	var own *refusal
	var refused *command.Error
	var unauthenticated *auth.Error
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &refused):
		return &refusal{Type: string(refused.Reason), Message: refused.Message, Details: refused.Details, RetryAfter: refused.RetryAfter}
	case errors.Is(err, auth.ErrIssuerUnavailable), errors.Is(err, gate.ErrNoConfiguration):
		return refuse(unavailable, "the runtime cannot tell now who this is: connect again in a moment")
	case errors.As(err, &unauthenticated):
		return &refusal{Type: invalidToken, Message: unauthenticated.Detail, Details: map[string]any{"reason": unauthenticated.Reason}}
	}
	log.Error("internal error", "error", err)
	return refuse(internalError, "the runtime made a mistake: its log says more")
}

// errorEvent is the contract's errors, for which no document has more than these two
// first fields.
type errorEvent struct {
	Task           string         `json:"task"`
	Msg            string         `json:"msg"`
	Type           string         `json:"type"`
	ConversationID string         `json:"conversationId,omitempty"`
	ListID         string         `json:"listId,omitempty"`
	Details        map[string]any `json:"details,omitempty"`
	RetryAfterMs   int64          `json:"retryAfterMs,omitempty"`
}

func (r *refusal) event(task string) errorEvent {
	return errorEvent{Task: task, Msg: r.Message, Type: r.Type, Details: r.Details, RetryAfterMs: r.RetryAfter.Milliseconds()}
}

// failed answers a command that asked for an acknowledgement.
type failed struct {
	Status       string         `json:"status"`
	Type         string         `json:"type"`
	Msg          string         `json:"msg"`
	Details      map[string]any `json:"details,omitempty"`
	RetryAfterMs int64          `json:"retryAfterMs,omitempty"`
}

func (r *refusal) answer() failed {
	return failed{Status: "error", Type: r.Type, Msg: r.Message, Details: r.Details, RetryAfterMs: r.RetryAfter.Milliseconds()}
}

// passing says whether the same may succeed in a moment.
func (r *refusal) passing() bool {
	return r.Type == unavailable || r.Type == tooMany || r.Type == string(command.StoreUnavailable) || r.Type == string(command.NoConfiguration)
}

// loginFailed is the message of a connect_error for which desks go back to their
// sign-in; for any other they say what it is and stay.
const loginFailed = "login-failed"

// connection refuses a CONNECT in the way in which desks read it.
func (r *refusal) connection() *socketio.Refusal {
	message := r.Type
	if r.Type == invalidToken || r.Type == wrongAgent {
		message = loginFailed
	}
	return &socketio.Refusal{Message: message, Data: map[string]any{
		"type": r.Type, "content": map[string]any{"msg": r.Message, "details": r.Details},
	}}
}
