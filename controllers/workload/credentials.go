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

// The keys of the authority that comes next, in the Secret of the present one.
const (
	keyNextCertificate = "next.crt"
	keyNextPrivate     = "next.key"
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
//
// Neither side ever meets a certificate of an authority that it has not heard of:
// see authorities.
func Renew(runtime *v1alpha1.RoutingRuntime, present Credentials, now time.Time) (Credentials, error) {
	server, client := parseSecret(present.Server), parseSecret(present.Client)
	a, err := renewAuthorities(AuthoritySecretName(runtime.Name), present, now)
	if err != nil {
		return Credentials{}, err
	}
	name := AdminServerName(runtime.Name)
	for _, side := range []struct {
		leaf **keyPair
		use  usage
	}{
		{&server, usage{name, x509.ExtKeyUsageServerAuth}},
		{&client, usage{name, x509.ExtKeyUsageClientAuth}},
	} {
		if !a.keeps(*side.leaf, side.use, now) {
			if *side.leaf, err = newLeaf(a.present, side.use, now); err != nil {
				return Credentials{}, err
			}
		}
	}
	a.dropUnused(server, client, now)
	trusted := a.bundle()
	next := Credentials{
		Authority: data(trusted, a.present), Server: data(trusted, server), Client: data(trusted, client),
		RenewAt: a.renewAt(server, client),
	}
	if a.next != nil {
		next.Authority[keyNextCertificate], next.Authority[keyNextPrivate] = a.next.certPEM, a.next.keyPEM
	}
	return next, nil
}

// parseSecret reads the certificate of a Secret; nil where there is none that can
// be used.
func parseSecret(data map[string][]byte) *keyPair {
	pair, err := parseKeyPair(data[keyCertificate], data[keyPrivate])
	if err != nil {
		return nil
	}
	return pair
}

func data(trusted []byte, pair *keyPair) map[string][]byte {
	return map[string][]byte{keyAuthorities: trusted, keyCertificate: pair.certPEM, keyPrivate: pair.keyPEM}
}

// secret builds the Secret that keeps one of the credentials.
func secret(runtime *v1alpha1.RoutingRuntime, name string, data map[string][]byte) *applycore.SecretApplyConfiguration {
	return applycore.Secret(name, runtime.Namespace).
		WithLabels(labels(runtime)).
		WithOwnerReferences(owner(runtime)).
		WithType(corev1.SecretTypeTLS).
		WithData(data)
}
