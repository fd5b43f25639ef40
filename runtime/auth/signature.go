package auth

import (
	"context"
	"errors"

	"github.com/coreos/go-oidc/v3/oidc"
)

// verify checks that the issuer signed the token. When no known key did, the keys
// are read again, and the verdict is made with keys that were read after the token
// came: it may have been signed with a new one.
func (p *provider) verify(ctx context.Context, token string) (*oidc.IDToken, error) {
	keys, fresh, err := p.current(ctx)
	for err == nil {
		verified, refusal := p.config.check(ctx, keys, token)
		if fresh || !errors.Is(refusal, errUnknownKey) {
			return verified, refusal
		}
		keys, fresh, err = p.renew(ctx, keys)
	}
	return nil, err
}

// check is the library's verification with these keys. Its errors are text alone,
// so what became of the signature is taken from the keys.
func (i Issuer) check(ctx context.Context, keys *keySet, token string) (*oidc.IDToken, error) {
	watched := &watchedKeys{keySet: keys}
	verified, err := oidc.NewVerifier(i.URL, watched, &verifyConfig).Verify(ctx, token)
	switch {
	case err == nil:
		return verified, nil
	case watched.err != nil:
		return nil, i.invalid(ReasonSignature, "the token's signature is not one of its issuer", watched.err)
	}
	return nil, i.invalid(ReasonClaims, "the token's claims are not what an ID token has", err)
}

type watchedKeys struct {
	*keySet
	err error
}

// VerifySignature implements oidc.KeySet.
func (w *watchedKeys) VerifySignature(ctx context.Context, token string) (payload []byte, err error) {
	payload, w.err = w.keySet.VerifySignature(ctx, token)
	return payload, w.err
}

// verifyConfig leaves audience and times to claims.go, which names what is wrong
// and allows ClockSkew on both sides (the library: none and five minutes).
var verifyConfig = oidc.Config{
	SkipClientIDCheck:    true,
	SkipExpiryCheck:      true,
	SupportedSigningAlgs: algorithmNames(),
}

func algorithmNames() []string {
	var names []string
	for _, algorithm := range algorithms {
		names = append(names, string(algorithm))
	}
	return names
}
