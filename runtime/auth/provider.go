package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

const (
	// renewAfter is how old discovery and keys may become. The library reads the
	// keys again only when it meets a key it does not know, so without this a key
	// that was withdrawn would be trusted for ever.
	renewAfter = 10 * time.Minute
	// An issuer that does not answer is asked again after 1 s, 2 s, 4 s ... 30 s.
	// In between callers are told at once, instead of waiting for fetchTimeout.
	backoffMin = time.Second
	backoffMax = 30 * time.Second
)

// provider is one issuer as it is known now: lazily discovered, renewed, and
// independent of every other one.
type provider struct {
	config Issuer
	client *http.Client
	now    func() time.Time
	log    *slog.Logger

	turn chan struct{} // holds one value while somebody discovers

	mu       sync.Mutex
	keys     *oidc.RemoteKeySet // nil until discovered
	renewAt  time.Time          // when keys should be discovered anew
	failures int                // in a row
	retryAt  time.Time          // no discovery before this
	failed   error              // why the last one failed
}

func newProvider(config Issuer, now func() time.Time, log *slog.Logger) (*provider, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	client, err := newClient(config, now)
	if err != nil {
		return nil, err
	}
	return &provider{
		config: config,
		client: client,
		now:    now,
		log:    log.With("issuer", config.URL),
		turn:   make(chan struct{}, 1),
	}, nil
}

// keySet returns the issuer's keys, discovering them when there are none or they
// are old; token is the one at hand (see discover). Old keys do for as long as the issuer does not answer: its outage must
// not lock out those whose tokens are good. Error: *Error of ErrIssuerUnavailable,
// or ctx's.
func (p *provider) keySet(ctx context.Context, token string) (*oidc.RemoteKeySet, error) {
	keys, due := p.state()
	if !due {
		return keys, p.unlessKnown(keys)
	}
	if keys != nil {
		select {
		case p.turn <- struct{}{}:
		default: // somebody renews; nobody else has to wait
			return keys, nil
		}
	} else {
		select {
		case p.turn <- struct{}{}:
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for the issuer: %w", ctx.Err())
		}
	}
	defer func() { <-p.turn }()
	// Whoever had the turn before may have done it.
	if keys, due = p.state(); !due {
		return keys, p.unlessKnown(keys)
	}
	fresh, err := p.discover(ctx, token)
	if err != nil && ctx.Err() != nil {
		// The caller left; that says nothing of the issuer.
		return nil, fmt.Errorf("asking the issuer: %w", ctx.Err())
	}
	keys = p.learn(fresh, err)
	return keys, p.unlessKnown(keys)
}

// state is what is known, and whether it is time to discover.
func (p *provider) state() (keys *oidc.RemoteKeySet, due bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if p.keys != nil && now.Before(p.renewAt) {
		return p.keys, false
	}
	return p.keys, !now.Before(p.retryAt)
}

// discover reads the discovery document and the keys. The library fetches keys only
// to verify something, so the token at hand makes it: a set without keys must not
// replace one that has them. Whether the token is good is judged later.
func (p *provider) discover(ctx context.Context, token string) (*oidc.RemoteKeySet, error) {
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.config.URL)
	if err != nil {
		return nil, err
	}
	var document struct {
		KeysURL string `json:"jwks_uri"`
	}
	if err := found.Claims(&document); err != nil {
		return nil, err
	}
	if document.KeysURL == "" {
		return nil, errors.New("its discovery document names no jwks_uri")
	}
	// The set lives on, so it must not hold on to this request's context.
	keys := oidc.NewRemoteKeySet(oidc.ClientContext(context.Background(), p.client), document.KeysURL)
	if _, err := keys.VerifySignature(ctx, token); isFetch(err) {
		return nil, err
	}
	return keys, nil
}

// learn keeps what a discovery brought.
func (p *provider) learn(fresh *oidc.RemoteKeySet, err error) *oidc.RemoteKeySet {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if err != nil {
		wait := backoffMax
		if p.failures < 5 { // 1 s << 5 is past the most
			wait = backoffMin << p.failures
		}
		p.failures++
		p.retryAt, p.failed = now.Add(wait), err
		p.log.Warn("issuer cannot be read; its new tokens are refused until it can", "error", err, "retry", wait, "failures", p.failures)
		return p.keys
	}
	if p.failures > 0 {
		p.log.Info("issuer can be read again", "failures", p.failures)
	}
	p.keys, p.renewAt = fresh, now.Add(renewAfter)
	p.failures, p.retryAt, p.failed = 0, time.Time{}, nil
	return fresh
}

func (p *provider) unlessKnown(keys *oidc.RemoteKeySet) error {
	if keys != nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.unavailable(p.failed, p.retryAt.Sub(p.now()))
}

func (p *provider) unavailable(cause error, wait time.Duration) *Error {
	return &Error{
		Kind:       ErrIssuerUnavailable,
		Reason:     ReasonIssuerUnavailable,
		Detail:     "the issuer of this token cannot be asked for its keys right now; try again later",
		Issuer:     p.config.URL,
		RetryAfter: max(wait, backoffMin),
		Cause:      cause,
	}
}
