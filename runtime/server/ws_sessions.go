package server

import (
	"context"
	"sync"

	"github.com/pullmode/operator/runtime/hub"
)

// sessions are the WebSockets that are open. An http.Server knows nothing of a
// connection that it has given away, so it neither ends nor waits for them.
type sessions struct {
	mu     sync.Mutex
	open   map[*session]struct{}
	closed bool
	all    sync.WaitGroup
}

// begin makes room for one; false when there are to be no more.
func (s *sessions) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.all.Add(1)
	}
	return !s.closed
}

// add takes the one in that room was made for.
func (s *sessions) add(one *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[*session]struct{}{}
	}
	s.open[one] = struct{}{}
	if s.closed {
		one.end(hub.ErrDraining)
	}
}

// remove gives up the room, and the one that had it; nil if none did.
func (s *sessions) remove(one *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, one)
	s.all.Done()
}

// each does something to all of them, and takes no more.
func (s *sessions) each(do func(*session)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for one := range s.open {
		do(one)
	}
}

// Close ends the WebSockets that are open: their calls are answered and their clients
// told to connect again; those that are not done when ctx ends are cut. It waits for
// all of them. Call it when the http.Server of the handler has been shut down, which
// does not know of them.
func (s *Server) Close(ctx context.Context) {
	s.sockets.each(func(one *session) { one.end(hub.ErrDraining) })
	defer context.AfterFunc(ctx, func() {
		s.sockets.each(func(one *session) { one.cut() })
	})()
	s.sockets.all.Wait()
}
