package protocol

import "encoding/json"

// Subprotocol is what both sides of a WebSocket at /v1/ws speak: JSON objects, one
// in a text message, each with a type.
const Subprotocol = "pullmode.v1"

// MessageType names what goes over a WebSocket.
type MessageType string

// What a client sends.
const (
	// MessageHello is the first message of a client that could show no token in a
	// header, as browsers cannot.
	MessageHello MessageType = "hello"
	// MessageToken takes the place of the connection's token.
	MessageToken MessageType = "token"
	// MessageCall is a call of this API, answered by a MessageAnswer.
	MessageCall MessageType = "call"
)

// What the runtime sends.
const (
	// MessageEvents are events of the feed, and the cursor that stands behind them.
	MessageEvents MessageType = "events"
	// MessageWelcome answers hello and token: who the agent is, and until when.
	MessageWelcome MessageType = "welcome"
	// MessageAnswer answers a call.
	MessageAnswer MessageType = "answer"
)

// ClientMessage is what a client sends.
type ClientMessage struct {
	Type MessageType `json:"type"`
	// Token is the agent's, in hello and token.
	Token string `json:"token,omitempty"`
	// Cursor is where the feed goes on, in hello; without one it begins with a snapshot.
	Cursor string `json:"cursor,omitempty"`
	// ID is the call's name, of the client's own choice: at most 128 characters. The
	// answer carries it, and a command is repeated with it: it is its Idempotency-Key.
	ID string `json:"id,omitempty"`
	// Method, Path (with its query) and Body are those of the call over HTTP.
	Method string          `json:"method,omitempty"`
	Path   string          `json:"path,omitempty"`
	Body   json.RawMessage `json:"body,omitempty"`
}

// Events are what a flush of the feed holds: whole revisions up to Cursor. Without a
// cursor they are a part of a large snapshot, and the next ones go on.
type Events struct {
	Type   MessageType       `json:"type"`
	Events []json.RawMessage `json:"events"`
	Cursor string            `json:"cursor,omitempty"`
}

// Welcome says who the agent is.
type Welcome struct {
	Type  MessageType `json:"type"`
	Agent string      `json:"agent"`
	// ExpiresInMs is how long the token counts from now on: send a new one before.
	ExpiresInMs int64 `json:"expiresInMs"`
}

// Answer answers a call.
type Answer struct {
	Type MessageType `json:"type"`
	ID   string      `json:"id"`
	// Status is the HTTP status; from 400 on the body is a Problem.
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body,omitempty"`
	// RetryAfterMs is what Retry-After is in HTTP, in milliseconds: how long to wait
	// before the call may succeed. 0 where that is not known.
	RetryAfterMs int64 `json:"retryAfterMs,omitempty"`
}

// CloseCode is why a WebSocket was closed. From 4000 to 4499 it says: connect again,
// with the last cursor. From 4500 to 4999 it says: do not, by yourself.
type CloseCode int

// The close codes. The close reason is a sentence for people.
const (
	// CloseDraining: the replica is about to stop; the event before said when to
	// come back.
	CloseDraining CloseCode = 4000
	// CloseTokenExpired: the token has run out; come back with a new one.
	CloseTokenExpired CloseCode = 4001
	// CloseSlow: events came faster than they were read (R5).
	CloseSlow CloseCode = 4002
	// CloseSilent: nothing was heard of the client for too long, or no hello came.
	CloseSilent CloseCode = 4003
	// CloseUnavailable: the runtime cannot serve now: it has no configuration yet, its
	// store or the token's issuer does not answer.
	CloseUnavailable CloseCode = 4004
	// CloseReplaced: the agent has connected elsewhere, and one connection is what the
	// runtime allows (R6).
	CloseReplaced CloseCode = 4500
	// CloseTokenRefused: the token is not accepted, or its issuer is not trusted any
	// more. A new one may be.
	CloseTokenRefused CloseCode = 4501
	// CloseOtherAgent: the new token speaks for somebody else.
	CloseOtherAgent CloseCode = 4502
	// CloseMalformed: a message was not what this protocol has, or too large.
	CloseMalformed CloseCode = 4503
)

// Reconnect says whether the code asks to connect again.
func (c CloseCode) Reconnect() bool { return c < 4500 }
