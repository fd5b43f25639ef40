package server

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/gate"
	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/observe"
	"github.com/pullmode/operator/runtime/view"
)

// Options are what the public API stands on. All are required but those with a
// default.
type Options struct {
	View     *view.View
	Executor *command.Executor
	Hub      *hub.Hub
	// Gate says whose tokens count.
	Gate *gate.Gate
	// Faces are served beside this API, by the paths below which they are, such as
	// "/desk/": they see to themselves. Default: none.
	Faces map[string]http.Handler
	// Metrics counts answers, messages and refused callers. Default: metrics that
	// nobody reads.
	Metrics *observe.Registry
	// Now is the time that attention is computed for. Default time.Now.
	Now func() time.Time
	// Log gets internal errors; it never gets tokens, keys or customers' words.
	// Default slog.Default().
	Log *slog.Logger
	// Version is the program's, for the OpenAPI document.
	Version string
	// WriteTimeout is how long one piece of an answer or of a feed may take to
	// be written before the peer counts as gone. Default DefaultWriteTimeout.
	WriteTimeout time.Duration
}

// DefaultWriteTimeout is long enough for a phone that changes networks.
const DefaultWriteTimeout = 15 * time.Second

// Server is the public API of one replica.
type Server struct {
	Options
	log     *slog.Logger
	mux     *http.ServeMux
	handler http.Handler
	openapi *huma.OpenAPI
	sockets sessions
	pace    pace
}

// New makes the public API.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.WriteTimeout == 0 {
		o.WriteTimeout = DefaultWriteTimeout
	}
	if o.Metrics == nil {
		o.Metrics = observe.NewRegistry(o.Version)
	}
	s := &Server{Options: o, log: o.Log, mux: http.NewServeMux(), pace: usualPace}
	api := humago.New(s.mux, document(o.Version))
	s.connectors(api)
	s.agents(api)
	s.feed(api)
	s.webSocket(api)
	s.signIn(api)
	s.openapi = api.OpenAPI()
	s.serveOpenAPI()
	for path, face := range o.Faces {
		s.mux.Handle(path, face)
	}
	s.handler = observe.Access(s.log, s.Metrics, s.origins(problems(s.mux)))
	return s
}

// OpenAPI is the document of the API, as it is served at /openapi.json.
func (s *Server) OpenAPI() *huma.OpenAPI { return s.openapi }

// Handler serves the API. Every request gets an id, a line in the log and a count.
func (s *Server) Handler() http.Handler { return s.handler }

// HTTP is a server for the handler with bounds on everything that a peer can
// make it wait for or hold.
func HTTP(handler http.Handler, writeTimeout time.Duration, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           readOut(handler),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second, // a feed lifts it, having nothing to read
		WriteTimeout:      writeTimeout,     // a feed renews it with every write
		IdleTimeout:       90 * time.Second, // longer than the idle time of most proxies' pools (60 s), so that they close first
		MaxHeaderBytes:    maxHeader,
		HTTP2: &http.HTTP2Config{
			SendPingTimeout:  30 * time.Second, // a connection on which nothing comes: its client may be gone, and its feed with it
			PingTimeout:      writeTimeout,
			WriteByteTimeout: writeTimeout,
		},
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// maxHeader holds a token of auth.MaxTokenBytes and 16 KiB of everything else.
const maxHeader = auth.MaxTokenBytes + 16<<10
