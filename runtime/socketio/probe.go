package socketio

import "github.com/pullmode/operator/runtime/socketio/internal/engine"

// Probe calls f once the client has answered a ping that was sent behind everything
// emitted so far: it has had all of it. f must neither block nor call the socket; it
// is not called when the socket ends first.
func (s *Socket) Probe(f func()) {
	_ = s.send(engine.Ping(f)) // a socket that has ended proves nothing
}
