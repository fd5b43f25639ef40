package socketio

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Defaults of Options. The first three are those of the protocol's own server.
const (
	DefaultPath           = "/socket.io/"
	DefaultPingInterval   = 25 * time.Second
	DefaultPingTimeout    = 20 * time.Second
	DefaultMaxPayload     = 1_000_000
	DefaultConnectTimeout = 20 * time.Second
	DefaultQueueMessages  = 1024
	DefaultQueueBytes     = 4 << 20
)

// Options of a Server. Only Connect is required.
type Options struct {
	// Path is where the server is mounted, "/socket.io/" by default.
	Path string
	// PingInterval is how long after an answered ping the next one is sent, 25 s by
	// default. A client is gone when it does not answer for PingTimeout, 20 s by default.
	PingInterval, PingTimeout time.Duration
	// MaxPayload is how many bytes a client may send in one message or POST, 1 MB by
	// default. Over it: 413, or a WebSocket's close code 1009.
	MaxPayload int64
	// ConnectTimeout is how long a connection may exist before a CONNECT has been
	// accepted, 20 s by default.
	ConnectTimeout time.Duration
	// QueueMessages and QueueBytes are how much may wait for one client, 1024
	// messages and 4 MiB by default. A single message may be larger.
	QueueMessages, QueueBytes int
	// CheckOrigin says whether a request's Origin header is welcome; allowed origins
	// get CORS headers with credentials, others 403. By default: no Origin, or the
	// request's own host.
	CheckOrigin func(*http.Request) bool
	// Log gets what an operator may want to look into; slog.Default() by default.
	Log *slog.Logger
	// Connect is asked for every CONNECT. An error refuses: a *Refusal is told to the
	// client as it is, anything else as "internal error". ctx is the socket's context.
	// What is emitted inside Connect arrives behind the client's "connect".
	Connect func(ctx context.Context, s *Socket) error
}

func (o *Options) defaults() {
	o.Path = cmp.Or(o.Path, DefaultPath)
	o.PingInterval = cmp.Or(o.PingInterval, DefaultPingInterval)
	o.PingTimeout = cmp.Or(o.PingTimeout, DefaultPingTimeout)
	o.MaxPayload = cmp.Or(o.MaxPayload, DefaultMaxPayload)
	o.ConnectTimeout = cmp.Or(o.ConnectTimeout, DefaultConnectTimeout)
	o.QueueMessages = cmp.Or(o.QueueMessages, DefaultQueueMessages)
	o.QueueBytes = cmp.Or(o.QueueBytes, DefaultQueueBytes)
	o.Log = cmp.Or(o.Log, slog.Default())
	if o.CheckOrigin == nil {
		o.CheckOrigin = sameHost
	}
}

func sameHost(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(u.Host, r.Host)
}
