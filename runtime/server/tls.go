package server

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// The files of the admin port's certificates, named as Kubernetes names them in a
// Secret of type kubernetes.io/tls.
const (
	certificateFile = "tls.crt"
	keyFile         = "tls.key"
	authorityFile   = "ca.crt"
)

// TLS is the configuration of the admin port: TLS 1.3, and a client certificate of
// the authority in ca.crt. The files in dir are looked at with every connection
// (the operator opens one in many seconds) and read again when they have changed.
// A renewal that is half written or does not fit leaves the last good one in use.
//
// It fails when there are no usable files to begin with.
func TLS(dir string, log *slog.Logger) (*tls.Config, error) {
	c := &certificates{dir: dir, log: log}
	if _, err := c.current(); err != nil {
		return nil, fmt.Errorf("admin port: %w (%s must hold %s, %s and %s)", err, dir, certificateFile, keyFile, authorityFile)
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			return c.current()
		},
	}, nil
}

type certificates struct {
	dir string
	log *slog.Logger

	mu     sync.Mutex
	stamps []time.Time
	config *tls.Config
}

// current is the configuration of what the files hold now.
func (c *certificates) current() (*tls.Config, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	stamps, err := c.stat()
	if err == nil && c.config != nil && slices.EqualFunc(stamps, c.stamps, time.Time.Equal) {
		return c.config, nil
	}
	var config *tls.Config
	if err == nil {
		config, err = c.load()
	}
	switch {
	case err == nil:
		c.config, c.stamps = config, stamps
	case c.config == nil:
		return nil, err
	default:
		c.log.Warn("the admin port keeps its certificate, the renewed one cannot be used", "error", err)
	}
	return c.config, nil
}

func (c *certificates) stat() ([]time.Time, error) {
	var stamps []time.Time
	for _, name := range []string{certificateFile, keyFile, authorityFile} {
		info, err := os.Stat(filepath.Join(c.dir, name))
		if err != nil {
			return nil, err
		}
		stamps = append(stamps, info.ModTime())
	}
	return stamps, nil
}

func (c *certificates) load() (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(filepath.Join(c.dir, certificateFile), filepath.Join(c.dir, keyFile))
	if err != nil {
		return nil, err
	}
	pem, err := os.ReadFile(filepath.Join(c.dir, authorityFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	clients := x509.NewCertPool()
	if !clients.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no PEM certificate", authorityFile)
	}
	return &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{pair},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    clients,
		NextProtos:   []string{"h2", "http/1.1"},
	}, nil
}
