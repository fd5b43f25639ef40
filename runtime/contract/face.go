package contract

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/gate"
	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/observe"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/socketio"
	"github.com/pullmode/operator/runtime/view"
)

// Path is where desks connect.
const Path = "/socket.io/"

// Options are what a Face stands on. Those without a default are required.
type Options struct {
	View     *view.View
	Hub      *hub.Hub
	Executor *command.Executor
	// Gate says whose tokens count, and from which pages desks may connect.
	Gate *gate.Gate
	// Store keeps what agents' desks have had.
	Store Store
	// Metrics counts refused agents, and measures how late desks are told. Default:
	// metrics that nobody reads.
	Metrics *observe.Registry
	// Now is the clock. Default time.Now.
	Now func() time.Time
	// Log gets internal errors; it never gets tokens or customers' words. Default
	// slog.Default().
	Log *slog.Logger
}

// Face serves the contract. It is an http.Handler for everything under Path.
type Face struct {
	Options
	sockets *socketio.Server
	facts   facts
	memory  memory
	desks   sync.WaitGroup
}

// New makes a Face; Close ends it.
func New(o Options) *Face {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Metrics == nil {
		o.Metrics = observe.NewRegistry("")
	}
	f := &Face{Options: o, memory: memory{store: o.Store}}
	f.sockets = socketio.New(socketio.Options{Path: Path, CheckOrigin: o.Gate.Origin, Log: o.Log, Connect: f.connect})
	return f
}

// ServeHTTP takes desks in. While the replica cannot serve it takes none: a desk
// whose CONNECT is refused does not try again by itself, one that does not come that
// far does.
func (f *Face) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if opens := r.URL.Query().Get("sid") == ""; opens && r.Method != http.MethodOptions {
		if err := f.Hub.Ready(); err != nil {
			w.Header().Set("Retry-After", "1")
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
	}
	f.sockets.ServeHTTP(w, r)
}

// farewell is how long Close waits for desks to take what is on its way to them. One
// that polls and has gone without a word never does.
const farewell = 2 * time.Second

// Close ends all connections, and returns when that is done: within a few seconds, or
// when ctx ends. The desks connect again and are told of all that they have missed, so
// it is no error that some were cut off.
func (f *Face) Close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, farewell)
	defer cancel()
	_ = f.sockets.Close(ctx)
	f.desks.Wait()
}

// connect takes a desk in: whose token counts, who says that they are whom the token
// speaks for, and in a profile that there is.
func (f *Face) connect(ctx context.Context, s *socketio.Socket) error {
	d, err := f.desk(ctx, s)
	if err != nil {
		r := refusalOf(err, f.Log)
		if reason := r.reason(); reason != "" {
			f.Metrics.AuthFailed(reason)
		}
		if r.passing() {
			s.Drop(r.Message) // who is not refused tries again by itself
		}
		return r.connection()
	}
	s.On(d.asked)
	f.desks.Go(d.run)
	return nil
}

func (f *Face) desk(ctx context.Context, s *socketio.Socket) (*desk, error) {
	said, err := helloOf(s.Handshake)
	if err != nil {
		return nil, err
	}
	profile, err := ParseProfile(said.Profile)
	if err != nil {
		return nil, refuse(malformed, "%s", err)
	}
	caller, err := f.Gate.Agent(ctx, said.Token)
	if err != nil {
		return nil, err
	}
	if err := f.paced(caller.Name); err != nil {
		return nil, err
	}
	d := &desk{face: f, socket: s, caller: caller}
	if d.names, err = names(caller.Name, said.Agent); err != nil {
		return nil, err
	}
	if d.had, err = f.had(ctx, caller.Name); err != nil {
		return nil, err
	}
	if d.feed, err = f.Hub.Connect(ctx, caller.Agent, "", hub.VouchedBy(caller.Issuer)); err != nil {
		if errors.Is(err, hub.ErrUntrusted) {
			return nil, refuse(invalidToken, "%s", err)
		}
		return nil, refuse(unavailable, "%s", err)
	}
	d.kept = f.Now()
	d.picture = newPicture(caller.Name, profile, d, d.tell)
	return d, nil
}

// had is what an agent's desks have had. Without it they would ring anew for all that
// is open, so whoever connects waits for it.
func (f *Face) had(ctx context.Context, agent string) (int64, error) {
	until, err := f.memory.of(ctx, agent)
	if err != nil {
		f.Log.Warn("a desk has to connect again", "error", err)
		return 0, refuse(unavailable, "the runtime cannot tell now what your desk has had: connect again in a moment")
	}
	return until, nil
}

// paced lets an agent's connection or command pass, within their rate.
func (f *Face) paced(agent string) error {
	wait, ok := f.Gate.Allow(agent)
	if ok {
		return nil
	}
	r := refuse(tooMany, "more calls of yours than the runtime takes: slow down")
	r.RetryAfter = wait
	return r
}

// shown is a request as an agent sees it now; nil where they do not.
func (f *Face) shown(agent inbox.Agent, id string) *protocol.Request {
	box := inbox.Of(f.View, agent)
	e := f.View.Request(id)
	if e == nil || !box.Listed(e.Doc) {
		return nil
	}
	return box.Row(e.Doc, f.Now())
}
