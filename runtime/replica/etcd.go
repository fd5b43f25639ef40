package replica

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pullmode/operator/runtime/store"
)

// Etcd is an external etcd cluster. Any number of replicas may share one prefix in
// it: together they are one runtime.
type Etcd struct {
	// Endpoints are the members' addresses, such as https://etcd-0:2379. Empty:
	// the store is embedded, in DataDir.
	Endpoints []string
	// Prefix is what every key begins with. Default: the store's, "/pullmode/".
	Prefix string
	// TLSDir has the certificate that the replica shows (tls.crt, tls.key) and that
	// of the authority of the members' (ca.crt). Empty: TLS, which may be nil.
	TLSDir string
	TLS    *tls.Config
}

// openStore opens the store where the options say it is.
func openStore(ctx context.Context, o Options) (*store.Store, error) {
	if len(o.Etcd.Endpoints) > 0 {
		config := o.Etcd.TLS
		if o.Etcd.TLSDir != "" {
			var err error
			if config, err = clientTLS(o.Etcd.TLSDir); err != nil {
				return nil, err
			}
		}
		s, err := store.Open(ctx, store.Options{
			Endpoints: o.Etcd.Endpoints, Prefix: o.Etcd.Prefix, TLS: config, Logger: o.Log, QuotaBytes: o.QuotaBytes,
		})
		if err != nil {
			return nil, fmt.Errorf("open the store on etcd: %w", err)
		}
		return s, nil
	}
	if err := os.MkdirAll(o.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	s, err := store.Open(ctx, store.Options{Dir: o.DataDir, Logger: o.Log, QuotaBytes: quota(o)})
	if err != nil {
		return nil, fmt.Errorf("open the store in %s: %w", o.DataDir, err)
	}
	return s, nil
}

// clientTLS is what etcd is talked to with. The certificate is read for every
// connection, so that a renewed one is shown without a restart; a new authority
// needs one.
func clientTLS(dir string) (*tls.Config, error) {
	certificate := func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key"))
		return &pair, err
	}
	wrong := func(err error) error {
		return fmt.Errorf("the certificates for etcd: %w (%s must hold tls.crt, tls.key and ca.crt)", err, dir)
	}
	if _, err := certificate(nil); err != nil {
		return nil, wrong(err)
	}
	pem, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if err != nil {
		return nil, wrong(err)
	}
	members := x509.NewCertPool()
	if !members.AppendCertsFromPEM(pem) {
		return nil, wrong(errors.New("ca.crt holds no PEM certificate"))
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: members, GetClientCertificate: certificate}, nil
}

// check says what is wrong with where the store is to be.
func (e Etcd) check(dataDir string) error {
	switch {
	case dataDir == "" && len(e.Endpoints) == 0:
		return errors.New("the replica needs a data directory, or the endpoints of an external etcd: requests are kept there")
	case dataDir != "" && len(e.Endpoints) > 0:
		return errors.New("the replica was given both a data directory and endpoints of an external etcd: requests are kept in one of them")
	case len(e.Endpoints) == 0 && (e.TLSDir != "" || e.TLS != nil || e.Prefix != ""):
		return errors.New("a prefix or certificates for etcd were given, but no endpoints of one")
	}
	for _, endpoint := range e.Endpoints {
		if !strings.HasPrefix(endpoint, "http://") && !strings.HasPrefix(endpoint, "https://") {
			return fmt.Errorf("the endpoint %q of etcd is no address such as https://etcd-0:2379", endpoint)
		}
	}
	return nil
}
