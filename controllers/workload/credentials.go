package workload

import (
	"crypto/x509"
	"time"

	corev1 "k8s.io/api/core/v1"
	applycore "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/pullmode/operator/api/v1alpha1"
)

// The keys of a certificate Secret, as every Secret of type kubernetes.io/tls
// has them, and the authorities by which the other side is checked.
const (
	keyAuthorities = "ca.crt"
	keyCertificate = corev1.TLSCertKey
	keyPrivate     = corev1.TLSPrivateKeyKey
)

// Credentials are the certificates of one runtime's admin port, each in the form
// in which its Secret keeps it: ca.crt, tls.crt and tls.key, in PEM.
type Credentials struct {
	Authority, Server, Client map[string][]byte
	// RenewAt is when the first of them is to be renewed.
	RenewAt time.Time
}

// Renew keeps of the present Credentials what is still good and issues the rest
// anew. With nothing to renew it returns what it was given, byte for byte.
func Renew(runtime *v1alpha1.RoutingRuntime, present Credentials, now time.Time) (Credentials, error) {
	previous := present.Authority[keyAuthorities]
	authority, err := parseKeyPair(present.Authority[keyCertificate], present.Authority[keyPrivate])
	if err != nil || !authority.cert.IsCA || !now.Before(authority.renewAt()) {
		previous = present.Authority[keyCertificate]
		if authority, err = newAuthority(AuthoritySecretName(runtime.Name), now); err != nil {
			return Credentials{}, err
		}
	}
	next := Credentials{RenewAt: authority.renewAt(), Authority: map[string][]byte{
		keyAuthorities: bundle(authority, previous, now),
		keyCertificate: authority.certPEM, keyPrivate: authority.keyPEM,
	}}
	name := AdminServerName(runtime.Name)
	if next.Server, err = next.leaf(authority, present.Server, usage{name, x509.ExtKeyUsageServerAuth}, now); err != nil {
		return Credentials{}, err
	}
	if next.Client, err = next.leaf(authority, present.Client, usage{name, x509.ExtKeyUsageClientAuth}, now); err != nil {
		return Credentials{}, err
	}
	return next, nil
}

// leaf keeps the present certificate of one side, or issues it anew, and notes
// when it is to be renewed. A certificate of the authority before this one is
// issued anew.
func (c *Credentials) leaf(authority *keyPair, present map[string][]byte, u usage, now time.Time) (map[string][]byte, error) {
	pair, err := parseKeyPair(present[keyCertificate], present[keyPrivate])
	if err != nil || !pair.serves(u, authority.certPEM, now) {
		if pair, err = newLeaf(authority, u, now); err != nil {
			return nil, err
		}
	}
	if pair.renewAt().Before(c.RenewAt) {
		c.RenewAt = pair.renewAt()
	}
	return map[string][]byte{
		keyAuthorities: c.Authority[keyAuthorities], keyCertificate: pair.certPEM, keyPrivate: pair.keyPEM,
	}, nil
}

// secret builds the Secret that keeps one of the credentials.
func secret(runtime *v1alpha1.RoutingRuntime, name string, data map[string][]byte) *applycore.SecretApplyConfiguration {
	return applycore.Secret(name, runtime.Namespace).
		WithLabels(labels(runtime)).
		WithOwnerReferences(owner(runtime)).
		WithType(corev1.SecretTypeTLS).
		WithData(data)
}
