package server

import "time"

// Hurry makes WebSockets wait for their clients for other times than usual.
func (s *Server) Hurry(hello, ping, silence time.Duration) {
	s.pace = pace{hello: hello, ping: ping, silence: silence}
}
