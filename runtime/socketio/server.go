package socketio

import (
	"context"
	"net/http"
)

// Server is the handler of everything under Options.Path.
type Server struct {
	options Options
}

// New returns a server that takes connections at once.
func New(options Options) *Server { return &Server{options: options} }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { panic("not yet") }

// Sockets is how many clients are connected.
func (s *Server) Sockets() int { panic("not yet") }

// Close takes no more connections and ends those that are, once what waits for them
// is sent; their clients connect again, elsewhere. It returns when all have ended;
// when ctx ends first, they are cut off and its error is returned.
func (s *Server) Close(ctx context.Context) error { panic("not yet") }
