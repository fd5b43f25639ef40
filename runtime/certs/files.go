package certs

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	certificateFile = "tls.crt"
	keyFile         = "tls.key"
	authorityFile   = "ca.crt"
)

// Files are the certificates of one directory. Safe for concurrent use.
type Files struct {
	of, dir string // of is whose they are, for the log
	names   []string
	use     func(pair tls.Certificate, authority *x509.CertPool) *tls.Config
	log     *slog.Logger

	mu     sync.Mutex
	stamps []stamp
	config *tls.Config
	said   string // what was last complained of, to say it once
}

// stamp tells a file's contents from those before. Clocks of file systems are coarse: what is written in two has one time, and
// two sizes.
type stamp struct {
	modified time.Time
	size     int64
}

// open reads the files for the first time; it fails when they are not usable.
func open(of, dir string, log *slog.Logger, use func(tls.Certificate, *x509.CertPool) *tls.Config, names ...string) (*Files, error) {
	f := &Files{of: of, dir: dir, names: names, use: use, log: log}
	if err := f.read(); err != nil {
		last := len(names) - 1
		return nil, fmt.Errorf("the certificates for %s: %w (%s must hold %s and %s)", of, err, dir, strings.Join(names[:last], ", "), names[last])
	}
	return f, nil
}

// Config is TLS by what the files hold now. It must not be changed.
func (f *Files) Config() *tls.Config {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch err := f.read(); {
	case err == nil:
		f.said = ""
	case err.Error() != f.said:
		f.said = err.Error()
		f.log.Warn("the certificates that were in use stay so: the renewed ones cannot be used", "of", f.of, "dir", f.dir, "error", err)
	}
	return f.config
}

// Listening is TLS for a listener, which follows the files.
func (f *Files) Listening() *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12, // or higher: each connection has Config
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return f.Config(), nil },
	}
}

// Expiry is when the certificate in use runs out.
func (f *Files) Expiry() time.Time { return f.Config().Certificates[0].Leaf.NotAfter }

// read reads what has changed. With an error, what was in use stays, and is read again the next time.
func (f *Files) read() error {
	stamps, err := f.stat()
	if err != nil || f.config != nil && slices.Equal(stamps, f.stamps) {
		return err
	}
	config, err := f.load()
	if err != nil {
		return err
	}
	f.config, f.stamps = config, stamps
	return nil
}

func (f *Files) stat() ([]stamp, error) {
	var stamps []stamp
	for _, name := range f.names {
		info, err := os.Stat(filepath.Join(f.dir, name))
		if err != nil {
			return nil, err
		}
		stamps = append(stamps, stamp{info.ModTime(), info.Size()})
	}
	return stamps, nil
}

func (f *Files) load() (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(filepath.Join(f.dir, certificateFile), filepath.Join(f.dir, keyFile))
	if err != nil {
		return nil, err
	}
	var authority *x509.CertPool
	if slices.Contains(f.names, authorityFile) {
		pem, err := os.ReadFile(filepath.Join(f.dir, authorityFile))
		if err != nil {
			return nil, err
		}
		if authority = x509.NewCertPool(); !authority.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no PEM certificate", authorityFile)
		}
	}
	return f.use(pair, authority), nil
}
