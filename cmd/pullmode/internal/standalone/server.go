// Package standalone serves a namespace's objects in this process, without
// Kubernetes: the operator's compiler, one replica of the runtime, and a
// development issuer in the place of the issuers that the objects name.
package standalone

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/pullmode/operator/cmd/pullmode/internal/listen"
	"github.com/pullmode/operator/runtime/issuer"
	"github.com/pullmode/operator/runtime/replica"
)

// Options are what a server is started with.
type Options struct {
	// Addr is where agents and connectors come in, IssuerAddr where agents sign
	// in. A port of 0 chooses a free one.
	Addr, IssuerAddr string
	// TokenTTL is how long an agent's token counts. Default issuer.DefaultTokenTTL.
	TokenTTL time.Duration
	// MetricsAddr serves health and metrics. Empty: nowhere.
	MetricsAddr string
	// DataDir keeps requests, signing keys and the connector's key. Empty: a
	// temporary folder that Stop removes.
	DataDir string
	Version string
	Log     *slog.Logger
}

// Server serves what it was last given with Adopt.
type Server struct {
	options Options
	data    string
	key     string
	issuer  *issuer.Issuer
	replica *replica.Replica

	end   context.CancelFunc
	tasks sync.WaitGroup
	// failed is told when the server cannot go on.
	failed chan error
}

// Start opens the ports and the store. It serves nothing before the first Adopt.
func Start(ctx context.Context, o Options) (*Server, error) {
	s := &Server{options: o, failed: make(chan error, 2)}
	if err := s.openData(); err != nil {
		return nil, err
	}
	if err := s.open(ctx); err != nil {
		s.removeData()
		return nil, err
	}
	return s, nil
}

func (s *Server) open(ctx context.Context) (err error) {
	o := s.options
	if s.key, err = connectorKey(filepath.Join(s.data, "connector.key")); err != nil {
		return err
	}
	listener, err := listenLoopback(o.IssuerAddr)
	if err != nil {
		return err
	}
	s.issuer, err = issuer.New(issuer.Options{
		URL: "http://" + listener.Addr().String(), KeyFile: filepath.Join(s.data, "issuer.json"), TokenTTL: o.TokenTTL, Logger: o.Log,
	})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	s.replica, err = replica.Start(ctx, replica.Options{
		Name: "standalone", DataDir: filepath.Join(s.data, "store"), Addr: o.Addr, MetricsAddr: o.MetricsAddr,
		DrainTimeout: drainTimeout, Version: o.Version, Log: o.Log,
		AllowLoopback: true, // what is tried here has its receivers here
	})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	life, end := context.WithCancel(context.Background())
	s.end = end
	s.tasks.Go(func() {
		if err := listen.Serve(life, listener, s.issuer); err != nil {
			s.failed <- fmt.Errorf("the built-in issuer: %w", err)
		}
	})
	s.tasks.Go(func() {
		if err := s.replica.Wait(); err != nil {
			s.failed <- err
		}
	})
	return nil
}

// drainTimeout is short: whoever stops a server in a terminal watches it stop.
const drainTimeout = 5 * time.Second

func (s *Server) openData() (err error) {
	if s.data = s.options.DataDir; s.data != "" {
		err = os.MkdirAll(s.data, 0o700)
	} else {
		s.data, err = os.MkdirTemp("", "pullmode-serve-")
	}
	if err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	return nil
}

func (s *Server) removeData() {
	if s.options.DataDir == "" && s.data != "" {
		_ = os.RemoveAll(s.data) // a temporary folder: the system clears what is left
	}
}

// listenLoopback opens the issuer's port. It gives tokens to whoever reaches it,
// so only this machine may.
func listenLoopback(addr string) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("open the built-in issuer's port: %w: choose another one with --issuer-addr", err)
	}
	if a, ok := listener.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		_ = listener.Close()
		return nil, fmt.Errorf("the built-in issuer gives tokens to whoever reaches it, and %s is reached from other machines: use 127.0.0.1", addr)
	}
	return listener, nil
}

// URL is where agents and connectors reach the server from this machine.
func (s *Server) URL() string { return "http://" + local(s.replica.Addr()) }

// local is an address that this machine can connect to: one that listens
// everywhere is reached at the loopback address too.
func local(addr net.Addr) string {
	a, ok := addr.(*net.TCPAddr)
	if !ok || !a.IP.IsUnspecified() {
		return addr.String()
	}
	return net.JoinHostPort("127.0.0.1", fmt.Sprint(a.Port))
}

// IssuerURL is where agents get their tokens.
func (s *Server) IssuerURL() string { return s.issuer.URL() }

// Key opens every channel: it is made by the server, so that nobody needs to copy
// keys out of Secrets to try a channel.
func (s *Server) Key() string { return s.key }

// DataDir is where the server keeps its data, and Temporary whether Stop removes it.
func (s *Server) DataDir() string { return s.data }

// Temporary says whether Stop removes the data.
func (s *Server) Temporary() bool { return s.options.DataDir == "" }

// Failed tells when the server cannot go on, and why.
func (s *Server) Failed() <-chan error { return s.failed }

// Stop tells clients to go, finishes what is running and closes the store.
func (s *Server) Stop(ctx context.Context) error {
	err := s.replica.Stop(ctx)
	s.end()
	s.tasks.Wait()
	s.removeData()
	return err
}
