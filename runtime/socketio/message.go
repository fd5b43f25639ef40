package socketio

// Message is an event that has been encoded once for many sockets.
type Message struct{}

// Prepare encodes an event. The error is an argument that is no JSON.
func Prepare(event string, args ...any) (*Message, error) { panic("not yet") }
