package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
)

// MinKeyLength is the least length of a connector's key, in characters: 16 random
// letters and digits are 95 bits. Shorter keys are refused when they are compiled.
const MinKeyLength = 16

// MaxKeyLength keeps a key within what any HTTP server takes as a header.
const MaxKeyLength = 1024

// CheckKey tells whether key can be a connector's key: MinKeyLength to
// MaxKeyLength characters of visible ASCII, as it is sent in a header. The error
// says what to change and never quotes the key.
func CheckKey(key string) error {
	switch {
	case len(key) < MinKeyLength:
		return fmt.Errorf("the key has %d characters; use at least %d random ones", len(key), MinKeyLength)
	case len(key) > MaxKeyLength:
		return fmt.Errorf("the key has %d characters; use at most %d", len(key), MaxKeyLength)
	case !visible(key):
		return fmt.Errorf("the key must be visible ASCII without spaces or line ends (a file's last newline counts)")
	}
	return nil
}

// HashKey is what is kept of a connector's key: the hex of its SHA-256.
//
// Not bcrypt or argon2, which slow down guessing at passwords: a key is random
// and long, so there is nothing to guess, and it is checked at every message,
// where a slow hash would be the most expensive part of the path.
func HashKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// KeyMatches tells whether key is one of those hashed. A channel has two while its
// key is being changed. The time it takes depends on how many hashes there are and
// not on which one matches, nor on how close a wrong key came.
func KeyMatches(hashes []string, key string) bool {
	got := []byte(HashKey(key))
	match := 0
	for _, hash := range hashes {
		match |= subtle.ConstantTimeCompare([]byte(hash), got)
	}
	return match == 1
}
