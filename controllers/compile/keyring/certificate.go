package keyring

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"

	"github.com/pullmode/operator/controllers/compile"
)

// pair looks at a certificate and its private key with the eyes of a server that
// is to show it.
func pair(certificate, private []byte) (compile.Key, compile.Key) {
	cert, key := present(certificate), present(private)
	switch {
	case cert.Certificate && !holdsCertificate(certificate):
		cert = compile.Key{Problem: "it holds no certificate in PEM that can be read"}
	case cert.Certificate && key.Certificate:
		if _, err := tls.X509KeyPair(certificate, private); err != nil {
			key = compile.Key{Problem: "it is not the private key, in PEM, of the certificate under tls.crt"}
		}
	}
	return cert, key
}

// authorities looks at what the other side's certificate is checked by.
func authorities(bundle []byte) compile.Key {
	key := present(bundle)
	if key.Certificate && !x509.NewCertPool().AppendCertsFromPEM(bundle) {
		return compile.Key{Problem: "it holds no certificate in PEM that can be read"}
	}
	return key
}

func present(value []byte) compile.Key { return compile.Key{Certificate: len(value) > 0} }

// holdsCertificate tells whether the first certificate of a file can be read.
func holdsCertificate(file []byte) bool {
	for rest := file; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return false
		}
		if block.Type == "CERTIFICATE" {
			_, err := x509.ParseCertificate(block.Bytes)
			return err == nil
		}
	}
}
