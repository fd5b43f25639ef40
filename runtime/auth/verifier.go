package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// ClockSkew is how far the clocks of an issuer and of this process may differ: a
// token counts from this long before its nbf until this long after its exp.
const ClockSkew = 30 * time.Second

// Agent is who a token speaks for. It is the caller's own to change.
type Agent struct {
	// Name is the username claim, 1 to MaxUsernameLength characters.
	Name string
	// Groups are sorted, without duplicates, at most MaxGroups.
	Groups []string
	// Issuer is the URL of the configured issuer that signed.
	Issuer string
	// Expiry is the token's `exp`. It is accepted until ClockSkew later.
	Expiry time.Time
}

// Options of a Verifier.
type Options struct {
	// Clock is the time tokens are judged at. Default time.Now.
	Clock func() time.Time
	// Logger is told when an issuer cannot be read and when it can again, never
	// of tokens. Default slog.Default().
	Logger *slog.Logger
	// CacheSize is how many verified tokens are remembered. Default
	// DefaultCacheSize, below 0 none.
	CacheSize int
	// SilentAfter is how long an issuer has to be out of reach before Reach says so:
	// longer than it takes to restart one. Default 15 s.
	SilentAfter time.Duration
}

// Verifier checks agents' tokens. It has no goroutines and needs no closing; it is
// safe for concurrent use.
type Verifier struct {
	opts    Options
	replace sync.Mutex // one SetIssuers at a time
	set     atomic.Pointer[trusted]
}

// trusted is one configuration: never changed, only replaced. Its cache goes with
// it, so that no agent outlives the issuer that vouched for it.
type trusted struct {
	providers map[string]*provider // by URL
	cache     *cache
}

// NewVerifier makes a verifier that trusts nobody until SetIssuers.
func NewVerifier(opts Options) *Verifier {
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	if opts.Logger == nil {
		opts.Logger = slog.Default()
	}
	if opts.CacheSize == 0 {
		opts.CacheSize = DefaultCacheSize
	}
	if opts.SilentAfter == 0 {
		opts.SilentAfter = 15 * time.Second
	}
	v := &Verifier{opts: opts}
	v.set.Store(&trusted{})
	return v
}

// SetIssuers replaces the issuers that are trusted, from the next Verify on; it
// asks none of them anything. One that did not change keeps its keys. One that is
// not valid is left out and named in the error, and the others count all the same.
func (v *Verifier) SetIssuers(issuers []Issuer) error {
	v.replace.Lock()
	defer v.replace.Unlock()
	before := v.set.Load().providers
	next := make(map[string]*provider, len(issuers))
	var errs []error
	for _, config := range issuers {
		config = config.withDefaults()
		if _, twice := next[config.URL]; twice {
			errs = append(errs, fmt.Errorf("issuer %q: configured twice; the first one counts", config.URL))
			continue
		}
		if known := before[config.URL]; known != nil && reflect.DeepEqual(known.config, config) {
			next[config.URL] = known
			continue
		}
		p, err := newProvider(config, v.opts.Clock, v.opts.Logger)
		if err != nil {
			errs = append(errs, fmt.Errorf("issuer %q: %w", config.URL, err))
			continue
		}
		next[config.URL] = p
	}
	if !maps.Equal(before, next) {
		v.set.Store(&trusted{providers: next, cache: newCache(v.opts.CacheSize)})
	}
	return errors.Join(errs...)
}

// Verify tells who the token speaks for. Errors are *Error: ErrMissingToken for an
// empty token, ErrInvalidToken, ErrIssuerUnavailable; or they wrap ctx's error.
func (v *Verifier) Verify(ctx context.Context, token string) (Agent, error) {
	switch {
	case token == "":
		return Agent{}, missing("the token is empty")
	case len(token) > MaxTokenBytes:
		return Agent{}, invalid(ReasonTooLarge, "the token is larger than 16 KiB", nil)
	}
	set, now := v.set.Load(), v.opts.Clock()
	key := cacheKey(token)
	if agent, ok := set.cache.get(key, now); ok {
		return agent, nil
	}
	p, err := set.provider(token)
	if err != nil {
		return Agent{}, err
	}
	verified, err := p.verify(ctx, token)
	if err != nil {
		return Agent{}, err
	}
	agent, err := p.config.agent(verified, now)
	if err != nil {
		return Agent{}, err
	}
	set.cache.put(key, agent, now)
	return agent, nil
}

// provider finds the issuer a token claims to be from. Nothing of the token is
// believed yet.
func (t *trusted) provider(token string) (*provider, error) {
	parsed, err := jwt.ParseSigned(token, algorithms)
	var algorithm *jose.ErrUnexpectedSignatureAlgorithm
	switch {
	case errors.As(err, &algorithm):
		return nil, invalid(ReasonAlgorithm, "the token is not signed with an algorithm that is accepted", err)
	case err != nil:
		return nil, invalid(ReasonMalformed, "the token is not a signed JWT", err)
	}
	var claims struct {
		Issuer string `json:"iss"`
	}
	if err := parsed.UnsafeClaimsWithoutVerification(&claims); err != nil {
		return nil, invalid(ReasonMalformed, "the token's claims are not what a JWT has", err)
	}
	p := t.providers[claims.Issuer]
	if p == nil {
		return nil, invalid(ReasonUnknownIssuer, "the token's issuer is not one that is trusted here", nil)
	}
	return p, nil
}
