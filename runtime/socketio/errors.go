package socketio

import (
	"errors"

	"github.com/pullmode/operator/runtime/socketio/internal/engine"
)

// Why a socket has ended: the cause of its Context. Test with errors.Is.
var (
	// ErrSlow: more waited for the client than its queue holds, or it owes too many
	// acknowledgements. The client connects again.
	ErrSlow = engine.ErrSlow
	// ErrLeft: the client has disconnected.
	ErrLeft = engine.ErrLeft
	// ErrLost: the connection broke, or the client no longer answers pings.
	ErrLost = engine.ErrLost
	// ErrProtocol: the client sent what the protocol does not allow.
	ErrProtocol = engine.ErrProtocol
	// ErrClosed: the server closes. The client connects again.
	ErrClosed = engine.ErrClosed
	// ErrDisconnected: Disconnect or Drop was called.
	ErrDisconnected = errors.New("disconnected by this server")
	// ErrRefused: Connect did not accept the socket.
	ErrRefused = errors.New("the connection was refused")
	// ErrPanic: a handler panicked. The log has the stack. The client connects again.
	ErrPanic = errors.New("a handler panicked")
)

// Refusal is why a CONNECT is not accepted, as the client is told: the message and
// the data of its "connect_error".
type Refusal struct {
	Message string
	// Data is encoded as JSON; nil is left out.
	Data any
}

func (r *Refusal) Error() string { return r.Message }
