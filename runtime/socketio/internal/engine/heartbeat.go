package engine

import (
	"fmt"
	"time"
)

// heartbeat is the one timer of a session. What it is set to last counts, also when
// it has just fired for something earlier.
type heartbeat struct {
	timer   *time.Timer
	due     time.Time
	waiting bool // for a pong
}

func (h *heartbeat) start(d time.Duration, beat func()) {
	h.due = time.Now().Add(d)
	h.timer = time.AfterFunc(d, beat)
}

func (h *heartbeat) in(d time.Duration) {
	h.due = time.Now().Add(d)
	h.timer.Reset(d)
}

func (h *heartbeat) stop() { h.timer.Stop() }

// beat sends a ping, or gives the client up.
func (s *Session) beat() {
	s.mu.Lock()
	switch {
	case s.state == ended, time.Now().Before(s.alive.due):
	case s.state == finishing:
		s.mu.Unlock()
		s.Abort(ErrLost)
		return
	case !s.alive.waiting:
		s.alive.waiting = true
		s.alive.in(s.server.options.PingTimeout)
		s.push(bare(ping))
		s.flush()
	case s.busy.Load():
		// The pong may be behind what the receiver still works on.
		s.alive.in(s.server.options.PingTimeout)
	default:
		s.mu.Unlock()
		s.Abort(fmt.Errorf("%w: a ping was not answered", ErrLost))
		return
	}
	s.mu.Unlock()
}

// answered is called for a pong: clients answer every ping, in its turn.
func (s *Session) answered() {
	s.mu.Lock()
	if s.state != opened || len(s.pings) == 0 {
		s.mu.Unlock()
		return
	}
	proven := s.pings[0]
	s.pings = s.pings[1:]
	if s.alive.waiting {
		s.alive.waiting = false
		s.alive.in(s.server.options.PingInterval)
	}
	s.mu.Unlock()
	if proven != nil {
		proven()
	}
}
