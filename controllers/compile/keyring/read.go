// Package keyring reads keys out of a Secret's data: those that connectors show,
// and those that posts are signed with.
package keyring

import (
	"fmt"
	"slices"
	"strings"

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
// Nothing of a value but its hashes is kept, except of those under signing: the
// runtime signs with them, so it needs them as they are.
func Read(data map[string][]byte, signing ...string) compile.SecretKeys {
	keys := make(compile.SecretKeys, len(data))
	for name, value := range data {
		keys[name] = read(string(value), slices.Contains(signing, name))
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
