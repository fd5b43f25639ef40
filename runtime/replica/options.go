package replica

import (
	"errors"
	"log/slog"
	"net/netip"
	"time"

	"github.com/pullmode/operator/runtime/server"
)

// Options are what a replica is started with.
type Options struct {
	// Name is the replica's own name: in Kubernetes its pod's. Required.
	Name string
	// DataDir is where the embedded store lives, made if it is not there. Required,
	// unless Etcd has endpoints.
	DataDir string
	// Etcd is where the store is instead, when several replicas share it.
	Etcd Etcd
	// Addr is where agents and connectors come in, as net.Listen takes it; a port
	// of 0 chooses a free one. Required.
	Addr string
	// TLSDir has the certificate of Addr (tls.crt, tls.key), which speaks TLS then:
	// HTTP/2 and HTTP/1.1. Empty: HTTP/1.1 without TLS.
	TLSDir string
	// AdminAddr is where the operator comes in, with the certificates of
	// AdminTLSDir (tls.crt, tls.key, ca.crt). Empty: nowhere; Program is the
	// other way in.
	AdminAddr, AdminTLSDir string
	// MetricsAddr serves /healthz, /readyz and /metrics. Empty: nowhere.
	MetricsAddr string
	// DrainTimeout bounds Stop. Default 30 s.
	DrainTimeout time.Duration
	// QuotaBytes is how large the store may become. Default: three quarters of the
	// volume that DataDir is on, and at most 8 GiB. An external etcd says its own.
	QuotaBytes int64
	// WriteTimeout is how long a peer may take to read a piece of an answer.
	// Default server.DefaultWriteTimeout.
	WriteTimeout time.Duration
	// QueueFrames bounds what waits for one connection of the feed. Default: the
	// hub's.
	QueueFrames int
	// SilentAfter is how long an issuer of agents' tokens has to be out of reach before
	// Report names it. Default: the verifier's.
	SilentAfter time.Duration
	// AllowLoopback lets messages and events be posted to this machine: for tests
	// and development.
	AllowLoopback bool
	// RefusedAddrs are addresses that nothing is posted to, beside those that nobody
	// may reach: the node's and the API server's.
	RefusedAddrs []netip.Addr
	// Version is the program's.
	Version string
	// Now is the clock. Default time.Now.
	Now func() time.Time
	// Log gets what there is to say. Default slog.Default().
	Log *slog.Logger
}

func (o Options) withDefaults() (Options, error) {
	switch {
	case o.Name == "":
		return o, errors.New("the replica needs a name: it is how the operator and the log tell replicas apart")
	case o.Addr == "":
		return o, errors.New("the replica needs an address to listen on, such as :8080")
	case o.AdminAddr != "" && o.AdminTLSDir == "":
		return o, errors.New("the admin port needs a directory with tls.crt, tls.key and ca.crt: it programs the runtime and is never open to everybody")
	}
	if err := o.Etcd.check(o.DataDir); err != nil {
		return o, err
	}
	if o.DrainTimeout <= 0 {
		o.DrainTimeout = 30 * time.Second
	}
	if o.WriteTimeout <= 0 {
		o.WriteTimeout = server.DefaultWriteTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o, nil
}
