package site

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// ServerName is the name in the certificates that an Authority makes for admin
// ports.
const ServerName = "runtime.test"

// Authority makes the certificates of admin ports and of their clients.
type Authority struct {
	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	// PEM is its certificate.
	PEM []byte
}

// NewAuthority makes an authority.
func NewAuthority(t testing.TB) *Authority {
	t.Helper()
	a := &Authority{t: t}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"},
		NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.cert, a.key, a.PEM, _ = a.sign(template)
	return a
}

// Server writes tls.crt, tls.key and ca.crt for an admin port into dir, over those
// that are there. The serial number tells renewals apart.
func (a *Authority) Server(dir string, serial int64) {
	a.t.Helper()
	_, _, cert, key := a.sign(leaf(serial, x509.ExtKeyUsageServerAuth))
	a.write(dir, cert, key)
}

func (a *Authority) write(dir string, cert, key []byte) {
	a.t.Helper()
	for name, content := range map[string][]byte{"tls.crt": cert, "tls.key": key, "ca.crt": a.PEM} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
}

// Both writes tls.crt, tls.key and ca.crt that are good for either side of a
// connection.
func (a *Authority) Both(dir string) {
	a.t.Helper()
	_, _, cert, key := a.sign(leaf(3, x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth))
	a.write(dir, cert, key)
}

// Client makes the certificate of a client, as PEM.
func (a *Authority) Client() (cert, key []byte) {
	a.t.Helper()
	_, _, cert, key = a.sign(leaf(2, x509.ExtKeyUsageClientAuth))
	return cert, key
}

// TLS is the configuration of a client with a certificate of this authority, which
// trusts those of the authority trusted.
func (a *Authority) TLS(trusted *Authority) *tls.Config {
	a.t.Helper()
	pair, err := tls.X509KeyPair(a.Client())
	if err != nil {
		a.t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(trusted.cert)
	return &tls.Config{RootCAs: roots, ServerName: ServerName, Certificates: []tls.Certificate{pair}}
}

func leaf(serial int64, usage ...x509.ExtKeyUsage) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "leaf"},
		NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: usage,
		DNSNames: []string{ServerName}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
}

func (a *Authority) sign(template *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey, []byte, []byte) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		a.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	encode := func(kind string, b []byte) []byte {
		var out bytes.Buffer
		_ = pem.Encode(&out, &pem.Block{Type: kind, Bytes: b}) // a buffer takes everything
		return out.Bytes()
	}
	return cert, key, encode("CERTIFICATE", der), encode("EC PRIVATE KEY", private)
}
