package workload

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"time"
)

// authorities are those that a runtime's admin port knows. One follows the other
// in three steps, with a day between, so that each side may be a day behind the
// other:
//
//  1. the next one is in the bundle, and signs nothing yet;
//  2. it signs: everybody knows it by now. The one before it stays in the bundle,
//     since the other side may still show a certificate of it;
//  3. the one before it is dropped: nobody has a certificate of it any more.
type authorities struct {
	// present signs; next will, and is nil until the present one is old.
	present, next *keyPair
	// previous are trusted besides.
	previous []*x509.Certificate
}

// renewAuthorities takes the step that is due, if one is.
//
// An authority whose Secret was lost or spoilt is replaced at once. The one before
// it is found in the bundles of the leaves, which stay in use until the new one has
// been heard of.
func renewAuthorities(name string, c Credentials, now time.Time) (a authorities, err error) {
	a.present = usable(c.Authority[keyCertificate], c.Authority[keyPrivate], now)
	a.next = usable(c.Authority[keyNextCertificate], c.Authority[keyNextPrivate], now)
	switch old := a.present != nil && !now.Before(a.present.renewAt()); {
	case a.present == nil || old && a.next != nil && a.next.settled(now):
		a.present, a.next = a.next, nil
	case old && a.next == nil:
		a.next, err = newAuthority(name, now)
	}
	if a.present == nil {
		a.present, err = newAuthority(name, now)
	}
	if err != nil {
		return a, err
	}
	for _, known := range [][]byte{c.Authority[keyCertificate], c.Authority[keyAuthorities], c.Server[keyAuthorities], c.Client[keyAuthorities]} {
		a.remember(known, now)
	}
	return a, nil
}

// usable reads an authority; nil where there is none that can sign. One that is of
// a time to come, from when the operator's clock was ahead, would sign certificates
// that nobody takes.
func usable(certPEM, keyPEM []byte, now time.Time) *keyPair {
	pair, err := parseKeyPair(certPEM, keyPEM)
	if err != nil || !pair.cert.IsCA || now.Before(pair.cert.NotBefore) || !now.Before(pair.cert.NotAfter) {
		return nil
	}
	return pair
}

// remember adds what a bundle holds besides the present and the next one.
func (a *authorities) remember(bundle []byte, now time.Time) {
	for {
		var block *pem.Block
		if block, bundle = pem.Decode(bundle); block == nil {
			return
		}
		if cert, err := x509.ParseCertificate(block.Bytes); err == nil && cert.IsCA && now.Before(cert.NotAfter) && !a.knows(cert) {
			a.previous = append(a.previous, cert)
		}
	}
}

func (a *authorities) knows(cert *x509.Certificate) bool {
	for _, p := range a.previous {
		if p.Equal(cert) {
			return true
		}
	}
	return a.present.cert.Equal(cert) || a.next != nil && a.next.cert.Equal(cert)
}

// keeps tells whether a leaf does for its side of the port: one of the present
// authority, or, until that has been heard of, of one before it.
func (a *authorities) keeps(leaf *keyPair, u usage, now time.Time) bool {
	if leaf == nil {
		return false
	}
	trusted := a.present.certPEM
	if !a.present.settled(now) {
		trusted = a.bundle()
	}
	return leaf.serves(u, trusted, now)
}

// dropUnused forgets the authorities before the present one once both sides have
// taken up leaves of the present one.
func (a *authorities) dropUnused(server, client *keyPair, now time.Time) {
	for _, leaf := range []*keyPair{server, client} {
		if !a.present.signed(leaf) || !leaf.settled(now) {
			return
		}
	}
	a.previous = nil
}

// bundle has everything that is trusted, in PEM.
func (a *authorities) bundle() []byte {
	var out bytes.Buffer
	out.Write(a.present.certPEM)
	if a.next != nil {
		out.Write(a.next.certPEM)
	}
	for _, cert := range a.previous {
		out.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}))
	}
	return out.Bytes()
}

// renewAt is when the next step, or the renewal of a leaf, is due.
func (a *authorities) renewAt(leaves ...*keyPair) time.Time {
	at := a.present.renewAt()
	if a.next != nil {
		at = a.next.begun().Add(settle)
	}
	sooner := func(t time.Time) {
		if t.Before(at) {
			at = t
		}
	}
	var unused time.Time // when the authorities before it are
	for _, leaf := range leaves {
		sooner(leaf.renewAt())
		known := leaf.begun().Add(settle)
		if !a.present.signed(leaf) {
			known = a.present.begun().Add(settle) // then it is issued anew
		}
		if known.After(unused) {
			unused = known
		}
	}
	if len(a.previous) > 0 {
		sooner(unused)
	}
	return at
}
