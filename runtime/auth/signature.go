package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

// algorithms are those with a private and a public key. "none" and the HMAC ones
// are left out: with them whoever can read a public key could sign.
var algorithms = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512,
	jose.ES256, jose.ES384, jose.ES512,
	jose.PS256, jose.PS384, jose.PS512,
	jose.EdDSA,
}

// verify checks the signature, and that the issuer is the one asked.
func (p *provider) verify(ctx context.Context, token string) (*oidc.IDToken, error) {
	keys, err := p.keySet(ctx, token)
	if err != nil {
		return nil, err
	}
	record := &recorder{keys: keys}
	verified, err := oidc.NewVerifier(p.config.URL, record, &verifyConfig).Verify(ctx, token)
	switch {
	case err == nil:
		return verified, nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("verifying a token: %w", ctx.Err())
	case record.unavailable != nil:
		return nil, p.unavailable(record.unavailable, backoffMin)
	case record.err != nil:
		return nil, p.config.invalid(ReasonSignature, "the token's signature is not one of its issuer", err)
	}
	return nil, p.config.invalid(ReasonClaims, "the token's claims are not what an ID token has", err)
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

// recorder is an issuer's keys during one verification. The library passes its
// errors on as text alone; this keeps them, to tell a wrong token from a silent
// issuer.
type recorder struct {
	keys        oidc.KeySet
	err         error // of the signature
	unavailable error // set when the keys had to be fetched and could not
}

// VerifySignature implements oidc.KeySet.
func (r *recorder) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	payload, err := r.keys.VerifySignature(ctx, token)
	if isFetch(err) {
		r.unavailable = err
	}
	r.err = err
	return payload, err
}

func isFetch(err error) bool {
	var failed *fetchError
	return errors.As(err, &failed)
}
