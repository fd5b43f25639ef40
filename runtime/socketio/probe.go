package socketio

// Probe calls f once the client has answered a ping that was sent behind everything
// emitted so far: it has had all of it. f must not block; it is not called when the
// socket ends first.
func (s *Socket) Probe(f func()) { panic("not yet") }
