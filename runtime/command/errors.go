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
	// NotAMember: only who has joined can do that (T16).
	NotAMember Reason = "not-a-member"
	// Forbidden: the agent may not do that on this list (T19).
	Forbidden Reason = "forbidden"
	// Full: the request has as many members as it can have.
	Full Reason = "full"
	// Grabbed: somebody else has the request (T09). Details say who, and since when.
	Grabbed Reason = "grabbed"
	// AtCapacity: the agent holds as many requests as they may (decision 4).
	AtCapacity Reason = "at-capacity"
	// TooLong: the message has more code points than the channel takes (T32).
	TooLong Reason = "too-long"
	// NoOutbound: the channel has no way back to its customers.
	NoOutbound Reason = "no-outbound"
	// NotActive: nobody is in the request who could offer a place in it.
	NotActive Reason = "not-active"
	// UnknownAgent: there is no such agent, or they may use no list.
	UnknownAgent Reason = "unknown-agent"
	// AgentOffline: the agent to whom a place is offered is not connected (T30).
	AgentOffline Reason = "agent-offline"
	// TooManyOffers: as many places are offered already as can be.
	TooManyOffers Reason = "too-many-offers"
	// UnknownOffer: there is no such offer, or it is not one to this agent.
	UnknownOffer Reason = "unknown-offer"
	// OfferOver: the offer was taken, taken back, or nobody took it in time.
	OfferOver Reason = "offer-over"
	// NoWrapUp: the list asks for no wrap-up.
	NoWrapUp Reason = "no-wrap-up"
	// WrapUpOver: the wrap-up was given, or its time is over (T33).
	WrapUpOver Reason = "wrap-up-over"
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
	// Details are facts that a program may show; Grabbed has grabbedBy and
	// grabbedAt (RFC 3339).
	Details map[string]any
	cause   error
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
