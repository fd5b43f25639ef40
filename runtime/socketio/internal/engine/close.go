package engine

// Close ends the session once what is queued is sent. The client sees its
// transport closed and connects again.
func (s *Session) Close(cause error) { s.finish(cause, false) }

// Leave is Close for a client that has been told to close the connection itself:
// told by both at once, it might take the one for the other.
func (s *Session) Leave(cause error) { s.finish(cause, true) }

func (s *Session) finish(cause error, theirs bool) {
	s.mu.Lock()
	if s.state != opened {
		s.mu.Unlock()
		return
	}
	s.state, s.theirs = finishing, theirs
	s.alive.in(closeTimeout)
	s.flush()
	s.mu.Unlock()
	s.receiver.Closed(cause)
}

// Abort ends the session at once.
func (s *Session) Abort(cause error) {
	s.mu.Lock()
	was := s.state
	if was == ended {
		s.mu.Unlock()
		return
	}
	s.state = ended
	s.take(nil)
	s.alive.stop()
	conns := [...]*wire{s.conn, s.probe}
	close(s.done)
	s.mu.Unlock()
	s.server.remove(s)
	for _, conn := range conns {
		if conn != nil {
			_ = conn.Close() // it is over in any case
		}
	}
	if was == opened {
		s.receiver.Closed(cause)
	}
	s.server.running.Done()
}
