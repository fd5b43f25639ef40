package socketio

import "errors"

// Why a socket has ended: the cause of its Context. Test with errors.Is.
var (
	// ErrSlow: more waited for the client than its queue holds. The client connects again.
	ErrSlow = errors.New("the client does not read as fast as it is told things")
	// ErrLeft: the client has disconnected.
	ErrLeft = errors.New("the client has disconnected")
	// ErrLost: the connection broke, or the client no longer answers pings.
	ErrLost = errors.New("the connection to the client is lost")
	// ErrProtocol: the client sent what the protocol does not allow.
	ErrProtocol = errors.New("the client does not keep to the protocol")
	// ErrDisconnected: Disconnect or Drop was called.
	ErrDisconnected = errors.New("disconnected by this server")
	// ErrClosed: the server closes. The client connects again.
	ErrClosed = errors.New("the server closes")
)

// Refusal is why a CONNECT is not accepted, as the client is told: the message and
// the data of its "connect_error".
type Refusal struct {
	Message string
	// Data is encoded as JSON; nil is left out.
	Data any
}

func (r *Refusal) Error() string { return r.Message }
