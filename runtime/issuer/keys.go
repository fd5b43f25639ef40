package issuer

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// keysKept is the signing key and the one before it.
const keysKept = 2

// keyring holds the signing keys, newest first.
//
// They are ES256: a key is made in microseconds, where an RSA key costs up to a
// second of a test's time, and every verifier of OpenID Connect reads it.
type keyring struct {
	file string

	mu   sync.RWMutex
	keys []jose.JSONWebKey
}

func loadKeys(file string) (*keyring, error) {
	k := &keyring{file: file}
	if file != "" {
		switch data, err := os.ReadFile(file); {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, fmt.Errorf("issuer keys: %w", err)
		default:
			if err := k.decode(data); err != nil {
				return nil, fmt.Errorf("issuer keys: %s is not a set of ES256 signing keys (delete it to start with new ones): %w", file, err)
			}
			return k, nil
		}
	}
	return k, k.rotate()
}

func (k *keyring) decode(data []byte) error {
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(data, &set); err != nil {
		return err
	}
	if len(set.Keys) == 0 {
		return errors.New("it holds no key")
	}
	for _, key := range set.Keys {
		private, ok := key.Key.(*ecdsa.PrivateKey)
		if !ok || private.Curve != elliptic.P256() {
			return fmt.Errorf("key %q is not a private P-256 key", key.KeyID)
		}
	}
	k.keys = set.Keys
	return nil
}

func (k *keyring) rotate() error {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("make signing key: %w", err)
	}
	key := jose.JSONWebKey{Key: private, Algorithm: string(jose.ES256), Use: "sig"}
	thumbprint, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return fmt.Errorf("name signing key: %w", err)
	}
	key.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint)

	k.mu.Lock()
	defer k.mu.Unlock()
	keys := append([]jose.JSONWebKey{key}, k.keys...)
	keys = keys[:min(len(keys), keysKept)]
	// On disk first: a token signed with a key that a crash forgets is void.
	if err := save(k.file, keys); err != nil {
		return err
	}
	k.keys = keys
	return nil
}

func (k *keyring) signer() (jose.Signer, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: k.keys[0]}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return nil, fmt.Errorf("use signing key: %w", err)
	}
	return signer, nil
}

// public is what the world may see of the keys.
func (k *keyring) public() jose.JSONWebKeySet {
	k.mu.RLock()
	defer k.mu.RUnlock()
	var set jose.JSONWebKeySet
	for _, key := range k.keys {
		set.Keys = append(set.Keys, key.Public())
	}
	return set
}

// save replaces the file whole: a process that dies here leaves the old one.
func save(file string, keys []jose.JSONWebKey) error {
	if file == "" {
		return nil
	}
	data, err := json.MarshalIndent(jose.JSONWebKeySet{Keys: keys}, "", "  ")
	if err != nil {
		return fmt.Errorf("issuer keys: %w", err)
	}
	// CreateTemp gives mode 0600, and a name that another process does not share.
	next, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	if err != nil {
		return fmt.Errorf("issuer keys: %w", err)
	}
	_, err = next.Write(data)
	err = errors.Join(err, next.Sync(), next.Close())
	if err == nil {
		err = os.Rename(next.Name(), file)
	}
	if err != nil {
		_ = os.Remove(next.Name())
		return fmt.Errorf("issuer keys: %w", err)
	}
	return nil
}
