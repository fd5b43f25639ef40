package socketio

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
)

// Handshake is what a client came with.
type Handshake struct {
	// Auth is the payload of its CONNECT: a JSON object, nil without one.
	Auth json.RawMessage
	// Query, Header and RemoteAddr are of the request that opened the connection.
	Query      url.Values
	Header     http.Header
	RemoteAddr string
}

// Handler gets what a client emits, one event at a time and in its order. ack is
// nil when the client asked for none; it counts once and may be called from
// anywhere, later, too.
type Handler func(event string, args []json.RawMessage, ack func(args ...any))

// Socket is one client that has connected. Its methods may be called from anywhere.
type Socket struct {
	Handshake Handshake
}

// ID is the socket's name, unguessable; the client knows it, too.
func (s *Socket) ID() string { panic("not yet") }

// On sets who gets what the client emits. Call it inside Connect; events without a
// handler are dropped.
func (s *Socket) On(handle Handler) { panic("not yet") }

// Emit sends an event. It never blocks: a client for whom too much waits already is
// cut off with ErrSlow. The error is why nothing will be sent: the socket's end, or
// an argument that is no JSON.
func (s *Socket) Emit(event string, args ...any) error { panic("not yet") }

// EmitPrepared is Emit for a message that many are sent.
func (s *Socket) EmitPrepared(m *Message) error { panic("not yet") }

// EmitAck is Emit with an answer: ack gets the client's arguments, in order with its
// events and by the same goroutine; it is not called when the socket ends first.
func (s *Socket) EmitAck(event string, args []any, ack func(args []json.RawMessage)) error {
	panic("not yet")
}

// Disconnect ends the socket for good once what was emitted is sent: the client is
// told "io server disconnect" and does not connect again by itself. The reason is
// part of the Context's cause.
func (s *Socket) Disconnect(reason string) { panic("not yet") }

// Drop ends the connection once what was emitted is sent: the client sees
// "transport close" and connects again by itself.
func (s *Socket) Drop(reason string) { panic("not yet") }

// Context ends with the socket; its cause says why.
func (s *Socket) Context() context.Context { panic("not yet") }

// Done is closed when the socket has ended.
func (s *Socket) Done() <-chan struct{} { return s.Context().Done() }
