package socketio

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pullmode/operator/runtime/socketio/internal/engine"
)

// Server is the handler of everything under Options.Path.
type Server struct {
	options Options
	engine  *engine.Server
	// running counts connections and what handles their events.
	running sync.WaitGroup
	sockets atomic.Int64
	// waiting counts connections without an accepted CONNECT.
	waiting atomic.Int64
}

// maxWaiting bounds the connections without an accepted CONNECT: at about 2 KiB
// each, anybody can have 32 MiB of them; with the largest head that the HTTP server
// takes, which is kept for who judges the CONNECT, 0.5 GiB. So many agents may connect
// within one moment of a replica's life.
const maxWaiting = 16 << 10

// New returns a server that takes connections at once.
func New(options Options) *Server {
	options.defaults()
	s := &Server{options: options}
	s.engine = engine.New(engine.Options{
		PingInterval: options.PingInterval, PingTimeout: options.PingTimeout,
		MaxPayload: options.MaxPayload, CheckOrigin: options.CheckOrigin,
		QueueMessages: options.QueueMessages, QueueBytes: options.QueueBytes,
		Open: s.open,
	})
	return s
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.TrimSuffix(r.URL.Path, "/") != strings.TrimSuffix(s.options.Path, "/") {
		http.NotFound(w, r)
		return
	}
	if r.URL.Query().Get("sid") == "" && s.waiting.Load() >= maxWaiting {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "too many connections have not yet connected", http.StatusServiceUnavailable)
		return
	}
	s.engine.ServeHTTP(w, r)
}

// Sockets is how many clients are connected.
func (s *Server) Sockets() int { return int(s.sockets.Load()) }

// Close takes no more connections and ends those that are, once what waits for them
// is sent; their clients connect again, elsewhere. It returns when all have ended
// and no handler runs; when ctx ends first, they are cut off and its error is
// returned.
func (s *Server) Close(ctx context.Context) error {
	if err := s.engine.Close(ctx); err != nil {
		return err
	}
	handled := make(chan struct{})
	go func() {
		defer close(handled)
		s.running.Wait()
	}()
	select {
	case <-handled:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
