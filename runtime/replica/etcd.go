package replica

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/pullmode/operator/runtime/certs"
	"github.com/pullmode/operator/runtime/observe"
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
	// of the authority of the members' (ca.crt); what is renewed is in use with the
	// next connection. Empty: none, and the system's authorities.
	TLSDir string
}

// openStore opens the store where the options say it is.
func openStore(ctx context.Context, o Options, metrics *observe.Registry) (*store.Store, error) {
	if len(o.Etcd.Endpoints) > 0 {
		options := store.Options{Endpoints: o.Etcd.Endpoints, Prefix: o.Etcd.Prefix, Logger: o.Log, QuotaBytes: o.QuotaBytes}
		if o.Etcd.TLSDir != "" {
			files, err := certs.Client(o.Etcd.TLSDir, o.Log)
			if err != nil {
				return nil, err
			}
			options.TLS = files.Config
			metrics.WatchCertificate("etcd", files.Expiry)
		}
		s, err := store.Open(ctx, options)
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

// check says what is wrong with where the store is to be.
func (e Etcd) check(dataDir string) error {
	switch {
	case dataDir == "" && len(e.Endpoints) == 0:
		return errors.New("the replica needs a data directory, or the endpoints of an external etcd: requests are kept there")
	case dataDir != "" && len(e.Endpoints) > 0:
		return errors.New("the replica was given both a data directory and endpoints of an external etcd: requests are kept in one of them")
	case len(e.Endpoints) == 0 && (e.TLSDir != "" || e.Prefix != ""):
		return errors.New("a prefix or certificates for etcd were given, but no endpoints of one")
	}
	for _, endpoint := range e.Endpoints {
		if !strings.HasPrefix(endpoint, "http://") && !strings.HasPrefix(endpoint, "https://") {
			return fmt.Errorf("the endpoint %q of etcd is no address such as https://etcd-0:2379", endpoint)
		}
	}
	return nil
}
