package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// poll answers a GET with what is queued, as soon as something is.
func (s *Session) poll(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	again, other := s.polled, s.conn != nil
	var soon <-chan time.Time
	if s.upgrading {
		soon = time.After(time.Until(s.noopAt))
	}
	if !other {
		s.polled = true
	}
	s.mu.Unlock()
	switch {
	case other:
		badRequest.answer(w)
		return
	case again:
		s.Abort(fmt.Errorf("%w: two polls at a time", ErrProtocol))
		badRequest.answer(w)
		return
	}
	// The server's deadline for reading would look like a client that goes away.
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // then that deadline counts
	packets, err := s.await(r.Context(), soon)
	if err != nil {
		s.Abort(err)
		unknownSession.answer(w)
		return
	}
	if err := respond(w, join(packets)); err != nil {
		s.Abort(fmt.Errorf("%w: %w", ErrLost, err))
		return
	}
	if packets[len(packets)-1].data[0] == shut {
		s.Abort(ErrClosed)
	}
}

// await is what a poll is answered with; it looks again when it is soon.
func (s *Session) await(ctx context.Context, soon <-chan time.Time) ([]Packet, error) {
	for {
		if packets := s.ready(); packets != nil {
			return packets, nil
		}
		select {
		case <-s.wake:
		case <-soon:
		case <-s.done:
			return nil, ErrLost
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: it no longer waits for its poll", ErrLost)
		}
	}
}

// ready is what a poll can be answered with now, or nil.
func (s *Session) ready() []Packet {
	s.mu.Lock()
	defer s.mu.Unlock()
	var packets []Packet
	switch {
	case s.state == ended:
		return nil
	case s.conn != nil:
		// What is queued is the WebSocket's.
		packets = []Packet{bare(noop)}
	case len(s.queue) > 0:
		packets = s.take(nil)
		s.flushed()
	case s.upgrading && !time.Now().Before(s.noopAt):
		packets = []Packet{bare(noop)}
		s.noopAt = time.Now().Add(noopEvery)
	}
	if s.state == finishing && s.conn == nil && !s.theirs {
		packets = append(packets, bare(shut))
	}
	if packets != nil {
		// Before the answer is written: once the client has it, it polls again.
		s.polled = false
	}
	return packets
}

// post takes the packets of a POST.
func (s *Session) post(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	again, other := s.posting, s.conn != nil
	if !other {
		s.posting = true
	}
	s.mu.Unlock()
	switch {
	case other:
		badRequest.answer(w)
		return
	case again:
		s.Abort(fmt.Errorf("%w: two posts at a time", ErrProtocol))
		badRequest.answer(w)
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.server.options.PingTimeout)) // then the server's own counts
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.server.options.MaxPayload))
	if err != nil {
		s.unread(w, err)
		return
	}
	if !s.takeIn(body) {
		badRequest.answer(w)
		return
	}
	w.Header().Set("Content-Type", "text/html")
	_, _ = io.WriteString(w, "ok") // a client that is gone will not poll
}

// unread ends the session for a body that could not be read.
func (s *Session) unread(w http.ResponseWriter, err error) {
	var limit *http.MaxBytesError
	if errors.As(err, &limit) {
		s.Abort(fmt.Errorf("%w: a body of more than %d bytes", ErrProtocol, limit.Limit))
		tooLarge.answer(w)
		return
	}
	s.Abort(fmt.Errorf("%w: %w", ErrLost, err))
	badRequest.answer(w)
}

// takeIn hands on the packets of a body, unless a WebSocket has taken over while it
// was read: then they would be in the wrong order. It says whether all were good.
func (s *Session) takeIn(body []byte) bool {
	s.in.Lock()
	defer s.in.Unlock()
	defer func() {
		// Before the answer is written: once the client has it, it posts again.
		s.mu.Lock()
		s.posting = false
		s.mu.Unlock()
	}()
	s.mu.Lock()
	late := s.conn != nil
	s.mu.Unlock()
	if late {
		return false
	}
	for data, binary := range split(body) {
		if !s.receive(data, binary) {
			return false
		}
	}
	return true
}

// respond answers a poll. A peer that does not read is waited for as long as a
// WebSocket's would be.
func respond(w http.ResponseWriter, body []byte) error {
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=UTF-8")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("Cache-Control", "no-store")
	control := http.NewResponseController(w)
	for chunk := range slices.Chunk(body, piece) {
		_ = control.SetWriteDeadline(time.Now().Add(writeTimeout)) // then the server's own counts
		if _, err := w.Write(chunk); err != nil {
			return err
		}
	}
	return nil
}
