package engine

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

func newUpgrader() websocket.Upgrader {
	return websocket.Upgrader{
		// What clients send is small, and what is written goes through a wire.
		ReadBufferSize: 512, WriteBufferSize: 512, WriteBufferPool: &sync.Pool{},
		CheckOrigin: func(*http.Request) bool { return true }, // checked for every request
		Error: func(w http.ResponseWriter, _ *http.Request, _ int, _ error) {
			badRequest.answer(w)
		},
	}
}

// accept makes a request's connection a WebSocket. The error has been answered.
func (s *Server) accept(w http.ResponseWriter, r *http.Request) (*wire, error) {
	hijack := &hijacker{ResponseWriter: w}
	conn, err := s.upgrader.Upgrade(hijack, r, nil)
	if err != nil {
		return nil, fmt.Errorf("accept a WebSocket: %w", err)
	}
	conn.SetReadLimit(s.options.MaxPayload)
	return &wire{Conn: conn, cork: hijack.cork}, nil
}

// read hands on what comes over the WebSocket until it ends.
func (s *Session) read(conn *wire) {
	for {
		kind, data, err := conn.ReadMessage()
		if err != nil {
			s.Abort(unreadable(err))
			return
		}
		s.in.Lock()
		s.receive(data, kind == websocket.BinaryMessage)
		s.in.Unlock()
	}
}

func unreadable(err error) error {
	switch {
	case errors.Is(err, websocket.ErrReadLimit):
		return fmt.Errorf("%w: %w", ErrProtocol, err)
	case websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway, websocket.CloseNoStatusReceived):
		return ErrLeft
	}
	return fmt.Errorf("%w: %w", ErrLost, err)
}

// write sends what is queued until nothing is.
func (s *Session) write(conn *wire) {
	defer s.server.running.Done()
	var spare []Packet
	for {
		s.mu.Lock()
		if len(s.queue) == 0 {
			s.writing = false
			s.queue = nil // an idle session holds none
			s.flushed()
			last := s.state == finishing && !s.theirs
			s.mu.Unlock()
			if last {
				conn.farewell()
			}
			return
		}
		packets := s.take(spare)
		s.mu.Unlock()
		if err := conn.write(packets); err != nil {
			s.Abort(fmt.Errorf("%w: %w", ErrLost, err))
		}
		clear(packets)
		spare = packets[:0]
	}
}

// upgrade takes a WebSocket that is to take over from polling. There is one at a
// time.
func (s *Session) upgrade(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	free := s.state == opened && s.conn == nil && !s.reserved
	if free {
		s.reserved = true
		s.server.running.Add(1) // counted while the session still is
	}
	s.mu.Unlock()
	if !free {
		badRequest.answer(w)
		return
	}
	conn, err := s.server.accept(w, r)
	if err != nil {
		s.release()
		s.server.running.Done()
		return
	}
	go func() {
		defer s.server.running.Done()
		if !s.takeOver(conn) {
			_ = conn.Close() // the session goes on without it, or is over
			s.release()
			return
		}
		s.read(conn)
	}()
}

// takeOver lets the client try the WebSocket and, once it says so, makes it the
// session's transport. The client has had and answered everything by then: it sends
// its last word only when no poll and no post of it is under way.
func (s *Session) takeOver(conn *wire) bool {
	_ = conn.SetReadDeadline(time.Now().Add(upgradeTimeout)) // a connection that cannot is closed
	if !s.tries(conn) || !conn.expect("2probe") || conn.write([]Packet{{data: []byte("3probe")}}) != nil {
		return false
	}
	s.mu.Lock()
	s.upgrading, s.noopAt = true, time.Now()
	s.flush()
	s.mu.Unlock()
	if !conn.expect(string(upgrade)) {
		return false
	}
	_ = conn.SetReadDeadline(time.Time{})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == ended {
		return false
	}
	s.flush() // a poll that waits against the rules
	s.conn, s.probe, s.upgrading = conn, nil, false
	s.flush()
	return true
}

func (s *Session) tries(conn *wire) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.probe = conn
	return s.state == opened
}

func (s *Session) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reserved, s.upgrading, s.probe = false, false, nil
}
