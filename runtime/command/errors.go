package command

import (
	"errors"
	"fmt"
	"time"

	"github.com/pullmode/operator/runtime/store"
)

// Reason says why a command was refused. It is stable: problem types are made
// of it.
type Reason string

// The reasons.
const (
	// UnknownChannel: there is no such channel.
	UnknownChannel Reason = "unknown-channel"
	// UnknownRequest: there is no such request, or it is not the agent's.
	UnknownRequest Reason = "unknown-request"
	// UnknownList: there is no such list, or it is not the agent's.
	UnknownList Reason = "unknown-list"
	// NotPull: the channel's requests are routed by somebody else.
	NotPull Reason = "not-pull"
	// ListUnavailable: the channel's list is gone or going; try again later (L1).
	ListUnavailable Reason = "list-unavailable"
	// Gone: the request is closed (T12).
	Gone Reason = "gone"
	// NotAMember: only who has joined can leave (T16).
	NotAMember Reason = "not-a-member"
	// Forbidden: the list's closePolicy does not let this agent close (T19).
	Forbidden Reason = "forbidden"
	// Full: the request has as many members as it can have.
	Full Reason = "full"
	// InvalidRequest: the command itself is malformed or over a limit.
	InvalidRequest Reason = "invalid-request"
	// StoreFull: new requests are refused so that open ones can go on.
	StoreFull Reason = "store-full"
	// StoreUnavailable: the store did not answer; repeat with the same id.
	StoreUnavailable Reason = "store-unavailable"
	// NoConfiguration: the runtime has no routing snapshot yet.
	NoConfiguration Reason = "no-configuration"
)

// Error is a refusal. Message is for the person who reads it: what is wrong and
// what to do.
type Error struct {
	Reason  Reason
	Message string
	// RetryAfter is set where the same command may succeed later.
	RetryAfter time.Duration
	cause      error
}

func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Reason, e.Message, e.cause)
	}
	return fmt.Sprintf("%s: %s", e.Reason, e.Message)
}

// Unwrap gives the cause, for logs.
func (e *Error) Unwrap() error { return e.cause }

func refuse(reason Reason, format string, args ...any) *Error {
	return &Error{Reason: reason, Message: fmt.Sprintf(format, args...)}
}

func (e *Error) retry(after time.Duration) *Error {
	e.RetryAfter = after
	return e
}

func reasonOf(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return StoreUnavailable
}

// ofStore says what a failure of the store means to whoever waits for an answer.
func ofStore(err error) *Error {
	e := refuse(StoreUnavailable, "the store did not answer: repeat the command with the same id, it has at most one effect").retry(time.Second)
	switch {
	case errors.Is(err, store.ErrNoSpace):
		e = refuse(StoreFull, "the runtime's volume is full: enlarge it, or wait until requests have been closed").retry(time.Minute)
	case errors.Is(err, store.ErrTooLarge):
		e = refuse(InvalidRequest, "the request has become too large to be stored")
	}
	e.cause = err
	return e
}
