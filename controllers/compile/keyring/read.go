// Package keyring reads keys out of a Secret's data: those that connectors show,
// those that posts are signed with, and whether certificates can be used.
package keyring

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/runtime/auth"
)

// Most is how many keys one value may hold: the present and the next, for each of
// two connectors. Every message is compared with all of them.
const Most = 4

// Read reads each value of a Secret's data as keys, one a line, so that a key can
// be changed without a moment in which none is right: add the next one, change the
// other side, remove the old one. Empty lines do not count, and a value that is
// wrong in one line counts in none.
//
// Nothing of a value but its hashes is kept, except of those that need says are
// signed with: the runtime needs them as they are. Of a certificate nothing is kept
// but whether it can be used.
func Read(data map[string][]byte, need compile.Need) compile.SecretKeys {
	keys := make(compile.SecretKeys, len(data))
	for name, value := range data {
		keys[name] = read(string(value), slices.Contains(need.Signing, name))
	}
	if need.Certificate {
		keys[corev1.TLSCertKey], keys[corev1.TLSPrivateKeyKey] = pair(data[corev1.TLSCertKey], data[corev1.TLSPrivateKeyKey])
	}
	if need.Authorities {
		keys[corev1.ServiceAccountRootCAKey] = authorities(data[corev1.ServiceAccountRootCAKey])
	}
	return keys
}

func read(value string, signing bool) compile.Key {
	var key compile.Key
	for line := range strings.Lines(value) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if err := auth.CheckKey(line); err != nil {
			return compile.Key{Problem: err.Error()}
		}
		key.Hashes = append(key.Hashes, auth.HashKey(line))
		if signing {
			key.Signing = append(key.Signing, line)
		}
	}
	if len(key.Hashes) > Most {
		return compile.Key{Problem: fmt.Sprintf("it holds %d keys; keep at most %d", len(key.Hashes), Most)}
	}
	return key
}
