package engine

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/gorilla/websocket"
)

// The transports, as clients name them.
const (
	overPolling   = "polling"
	overWebSocket = "websocket"
)

// Server is the handler of Engine.IO requests, whatever their path.
type Server struct {
	options  Options
	upgrader websocket.Upgrader
	// running counts sessions and what they have running.
	running sync.WaitGroup

	mu       sync.Mutex
	sessions map[string]*Session
	closing  bool
}

// New returns a server that takes sessions at once.
func New(options Options) *Server {
	return &Server{
		options:  options,
		sessions: map[string]*Session{},
		upgrader: newUpgrader(),
	}
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.admits(w, r) {
		return
	}
	query := r.URL.Query()
	transport, sid := query.Get("transport"), query.Get("sid")
	switch {
	case transport != overPolling && transport != overWebSocket:
		unknownTransport.answer(w)
	case query.Get("EIO") != "4":
		badVersion.answer(w)
	case (transport == overWebSocket) != websocket.IsWebSocketUpgrade(r):
		badRequest.answer(w)
	case sid == "" && r.Method != http.MethodGet:
		badMethod.answer(w)
	case sid == "":
		s.begin(w, r, transport)
	default:
		s.resume(w, r, transport, sid)
	}
}

func (s *Server) begin(w http.ResponseWriter, r *http.Request, transport string) {
	if !s.enter() {
		// In HTTP/1.1 the next attempt would come over the same connection, to this
		// server again.
		w.Header().Set("Connection", "close")
		closing.answer(w)
		return
	}
	session := newSession(s, r)
	if transport == overPolling {
		session.start(nil)
		respond(w, join([]Packet{session.handshake(overWebSocket)}))
		return
	}
	conn, err := s.accept(w, r)
	if err != nil {
		s.running.Done()
		return // answered
	}
	session.start(conn)
}

func (s *Server) resume(w http.ResponseWriter, r *http.Request, transport, sid string) {
	s.mu.Lock()
	session := s.sessions[sid]
	s.mu.Unlock()
	switch {
	case session == nil:
		unknownSession.answer(w)
	case transport == overWebSocket:
		session.upgrade(w, r)
	case r.Method == http.MethodGet:
		session.poll(w, r)
	case r.Method == http.MethodPost:
		session.post(w, r)
	default:
		badRequest.answer(w)
	}
}

// enter counts one more session, unless the server closes.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closing {
		s.running.Add(1)
	}
	return !s.closing
}

// add makes a session known. It says whether the server closes, so that the
// session must, too.
func (s *Server) add(session *Session) (closing bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[session.id] = session
	return s.closing
}

func (s *Server) remove(session *Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, session.id)
}

func (s *Server) all() []*Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.sessions))
}

// Close takes no more sessions and closes those that are. It returns when all have
// ended; when ctx ends first, they are aborted and its error is returned.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()
	for _, session := range s.all() {
		session.Close(ErrClosed)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.running.Wait()
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	for _, session := range s.all() {
		session.Abort(ErrClosed)
	}
	<-ended
	return ctx.Err()
}

// NewID is a name that nobody guesses: 144 random bits.
func NewID() string {
	var id [18]byte
	_, _ = rand.Read(id[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(id[:])
}
