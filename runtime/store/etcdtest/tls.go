package etcdtest

import (
	"crypto/tls"
	"path/filepath"
)

// TLS are the certificates of a cluster that is talked to with TLS.
type TLS struct {
	// Dir has the members' tls.crt and tls.key, for 127.0.0.1, and the ca.crt of their clients.
	Dir string
	// Client is what the cluster's own client is configured with.
	Client *tls.Config
}

func (c TLS) flags() []string {
	return []string{
		"--cert-file=" + filepath.Join(c.Dir, "tls.crt"), "--key-file=" + filepath.Join(c.Dir, "tls.key"),
		"--trusted-ca-file=" + filepath.Join(c.Dir, "ca.crt"), "--client-cert-auth",
	}
}
