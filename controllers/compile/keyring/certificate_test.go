package keyring_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/compile/keyring"
)

func TestReadCertificate(t *testing.T) {
	cert, key := newPair(t)
	_, other := newPair(t)
	usable := compile.Key{Certificate: true}
	unreadable := compile.Key{Problem: "it holds no certificate in PEM that can be read"}
	for name, tc := range map[string]struct {
		data map[string][]byte
		want compile.SecretKeys
	}{
		"all of it": {
			map[string][]byte{"tls.crt": cert, "tls.key": key, "ca.crt": cert},
			compile.SecretKeys{"tls.crt": usable, "tls.key": usable, "ca.crt": usable},
		},
		"nothing": {
			nil,
			compile.SecretKeys{"tls.crt": {}, "tls.key": {}, "ca.crt": {}},
		},
		"a key of another certificate": {
			map[string][]byte{"tls.crt": cert, "tls.key": other, "ca.crt": cert},
			compile.SecretKeys{"tls.crt": usable, "tls.key": {Problem: "it is not the private key, in PEM, of the certificate under tls.crt"}, "ca.crt": usable},
		},
		"the two exchanged": {
			map[string][]byte{"tls.crt": key, "tls.key": cert, "ca.crt": key},
			compile.SecretKeys{"tls.crt": unreadable, "tls.key": usable, "ca.crt": unreadable},
		},
		"garbage": {
			map[string][]byte{"tls.crt": []byte("garbage"), "tls.key": nil, "ca.crt": []byte("garbage")},
			compile.SecretKeys{"tls.crt": unreadable, "tls.key": {}, "ca.crt": unreadable},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := keyring.Read(tc.data, compile.Need{Certificate: true, Authorities: true})
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("keys (-want +got):\n%s", diff)
			}
		})
	}
}

// newPair makes a certificate and its private key, in PEM.
func newPair(t *testing.T) (certificate, private []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})
}
