// Package assume stands in for Secrets that cannot be looked into.
package assume

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/runtime/auth"
)

// Secret has what is needed, with keys that nobody knows.
func Secret(need compile.Need) compile.SecretKeys {
	zeros := strings.Repeat("0", len(auth.HashKey("")))
	keys := compile.SecretKeys{}
	for _, name := range slices.Concat(need.Connector, need.Signing) {
		keys[name] = compile.Key{Hashes: []string{zeros}, Signing: []string{zeros}}
	}
	if need.Certificate {
		keys[corev1.TLSCertKey], keys[corev1.TLSPrivateKeyKey] = compile.Key{Certificate: true}, compile.Key{Certificate: true}
	}
	if need.Authorities {
		keys[corev1.ServiceAccountRootCAKey] = compile.Key{Certificate: true}
	}
	return keys
}
