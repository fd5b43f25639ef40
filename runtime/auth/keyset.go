package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"

	"github.com/pullmode/operator/runtime/silence"
)

// algorithms are those with a private and a public key. "none" and the HMAC ones
// are left out: with them whoever can read a public key could sign.
var algorithms = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512,
	jose.ES256, jose.ES384, jose.ES512,
	jose.PS256, jose.PS384, jose.PS512,
	jose.EdDSA,
}

// keySet is an issuer's keys as they were at one moment; it is never changed.
//
// The library's own set that fetches by itself is not used, for three reasons: a
// fetch that began before a rotation can answer a token signed after it, so that a
// good token is refused; a forged token with a known key makes it fetch; and it
// does not let its caller tell a silent issuer from a wrong token.
type keySet struct {
	keys []jose.JSONWebKey
	// endpoints are of the same discovery document.
	endpoints Endpoints
}

var (
	errUnknownKey = errors.New("signed with a key that is not known")
	errSignature  = errors.New("the signature does not match")
)

// VerifySignature implements oidc.KeySet. errUnknownKey says that newer keys could
// verify the token, errSignature that none ever will.
func (k *keySet) VerifySignature(_ context.Context, token string) ([]byte, error) {
	signed, err := jose.ParseSignedCompact(token, algorithms)
	if err != nil {
		return nil, err
	}
	id := signed.Signatures[0].Header.KeyID
	known := false
	for _, key := range k.keys {
		if id != "" && key.KeyID != id {
			continue
		}
		if payload, err := signed.Verify(key); err == nil {
			return payload, nil
		}
		known = id != ""
	}
	if known {
		return nil, errSignature
	}
	return nil, errUnknownKey
}

// readKeys reads an issuer's discovery document and the keys that it names. Errors go
// on after the issuer's name.
func readKeys(ctx context.Context, client *http.Client, issuer string) (*keySet, error) {
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, client), issuer)
	if err != nil {
		return nil, fmt.Errorf("cannot be discovered: %w", err)
	}
	var document struct {
		KeysURL string `json:"jwks_uri"`
		Endpoints
	}
	if err := found.Claims(&document); err != nil {
		return nil, fmt.Errorf("cannot be discovered: %w", err)
	}
	if document.KeysURL == "" {
		return nil, errors.New("names no jwks_uri in its discovery document")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, document.KeysURL, nil)
	if err != nil {
		return nil, fmt.Errorf("names a jwks_uri that is none: %w", err)
	}
	response, err := client.Do(request)
	if err != nil { // of another host, maybe: not to be taken for the issuer's own silence
		return nil, fmt.Errorf("names %s for its keys, and that %s", document.KeysURL, silence.Of(err))
	}
	defer response.Body.Close()
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.NewDecoder(response.Body).Decode(&set); err != nil {
		return nil, fmt.Errorf("names %s for its keys, and that holds no set of keys: %w", document.KeysURL, err)
	}
	read := &keySet{endpoints: document.Endpoints}
	for _, raw := range set.Keys {
		// A key that is not understood is passed over, as RFC 7517 section 5 asks.
		var key jose.JSONWebKey
		if key.UnmarshalJSON(raw) == nil && key.IsPublic() && key.Use != "enc" {
			read.keys = append(read.keys, key)
		}
	}
	if len(read.keys) == 0 {
		return nil, errors.New("has no key that can verify a signature")
	}
	return read, nil
}
