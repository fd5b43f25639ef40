package workload

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// How long certificates live. Each is renewed after two thirds of its life, so
// an operator that is down for a month breaks nothing.
const (
	authorityLife = 10 * 365 * 24 * time.Hour
	leafLife      = 90 * 24 * time.Hour
	// settle is how long both sides are given to take up a change of a Secret. The
	// kubelet needs about a minute; a day also does for one that was cut off.
	settle = 24 * time.Hour
	// backdate tolerates clocks that run behind the operator's.
	backdate = 5 * time.Minute
)

// keyPair is a certificate with its private key, both also in PEM as a Secret
// keeps them.
type keyPair struct {
	cert    *x509.Certificate
	key     *ecdsa.PrivateKey
	certPEM []byte
	keyPEM  []byte
}

// usage is which side of a connection a leaf certificate is for.
type usage struct {
	name string
	ext  x509.ExtKeyUsage
}

// newAuthority makes a certificate authority of its own for one RoutingRuntime.
func newAuthority(name string, now time.Time) (*keyPair, error) {
	return issue(&x509.Certificate{
		Subject:               pkix.Name{CommonName: name},
		NotAfter:              now.Add(authorityLife),
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}, nil, now)
}

// newLeaf makes a certificate for one side of the admin port.
func newLeaf(authority *keyPair, u usage, now time.Time) (*keyPair, error) {
	return issue(&x509.Certificate{
		Subject:     pkix.Name{CommonName: u.name},
		DNSNames:    []string{u.name},
		NotAfter:    now.Add(leafLife),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{u.ext},
	}, authority, now)
}

// issue signs the template with the authority, or with its own key when there is none.
func issue(template *x509.Certificate, authority *keyPair, now time.Time) (*keyPair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key for %s: %w", template.Subject.CommonName, err)
	}
	template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("make a serial number for %s: %w", template.Subject.CommonName, err)
	}
	template.NotBefore = now.Add(-backdate)
	parent, signer := template, key
	if authority != nil {
		parent, signer = authority.cert, authority.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return nil, fmt.Errorf("sign the certificate of %s: %w", template.Subject.CommonName, err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode the key of %s: %w", template.Subject.CommonName, err)
	}
	return parseKeyPair(
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
}

// parseKeyPair reads what issue wrote. Its errors make the caller issue anew.
func parseKeyPair(certPEM, keyPEM []byte) (*keyPair, error) {
	certBlock, _ := pem.Decode(certPEM)
	keyBlock, _ := pem.Decode(keyPEM)
	if certBlock == nil || keyBlock == nil {
		return nil, errors.New("certificate or key is not PEM")
	}
	cert, err := x509.ParseCertificate(certBlock.Bytes)
	if err != nil {
		return nil, fmt.Errorf("parse certificate: %w", err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(keyBlock.Bytes)
	if err != nil {
		return nil, fmt.Errorf("parse key: %w", err)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || !key.PublicKey.Equal(cert.PublicKey) {
		return nil, errors.New("the key does not belong to the certificate")
	}
	return &keyPair{cert: cert, key: key, certPEM: certPEM, keyPEM: keyPEM}, nil
}

// renewAt is two thirds into the certificate's life.
func (p *keyPair) renewAt() time.Time {
	life := p.cert.NotAfter.Sub(p.cert.NotBefore)
	return p.cert.NotBefore.Add(life / 3 * 2)
}

// serves tells whether the certificate does for its side of the port, under any
// authority of the bundle.
func (p *keyPair) serves(u usage, authorities []byte, now time.Time) bool {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authorities) || !now.Before(p.renewAt()) {
		return false
	}
	_, err := p.cert.Verify(x509.VerifyOptions{
		Roots: roots, DNSName: u.name, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{u.ext},
	})
	return err == nil
}

// begun is when the certificate was made.
func (p *keyPair) begun() time.Time { return p.cert.NotBefore.Add(backdate) }

// settled tells whether both sides have heard of it by now.
func (p *keyPair) settled(now time.Time) bool { return !now.Before(p.begun().Add(settle)) }

// signed tells whether a certificate is of this authority.
func (p *keyPair) signed(leaf *keyPair) bool { return leaf.cert.CheckSignatureFrom(p.cert) == nil }
