package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// renewAfter is how old keys may become, so that one which the issuer withdrew
	// stops being trusted. New ones are found sooner: by the first token they sign.
	renewAfter = 10 * time.Minute
	// An issuer that does not answer is asked again after 1 s, 2 s, 4 s ... 30 s.
	// In between callers are told at once, instead of waiting for fetchTimeout.
	backoffMin = time.Second
	backoffMax = 30 * time.Second
	// A token with an unknown key makes the keys be read again, so anybody can cause
	// that by sending garbage. Once a second is the most an issuer sees; the burst
	// covers a start and a few rotations right after it.
	renewRate  = rate.Limit(1)
	renewBurst = 5
)

// provider is one issuer as it is known now: lazily discovered, renewed, and
// independent of every other one.
type provider struct {
	config Issuer
	client *http.Client
	now    func() time.Time
	log    *slog.Logger
	limit  *rate.Limiter

	turn chan struct{} // holds one value while somebody reads keys

	mu       sync.Mutex
	keys     *keySet   // nil until read
	renewAt  time.Time // when keys should be read anew
	failures int       // in a row
	since    time.Time // of the first of them
	retryAt  time.Time // no reading before this
	failed   error     // why the last one failed
	// quietUntil is when SignIn may ask again.
	quietUntil time.Time
}

func newProvider(config Issuer, now func() time.Time, log *slog.Logger) (*provider, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	client, err := newClient(config)
	if err != nil {
		return nil, err
	}
	return &provider{
		config: config,
		client: client,
		now:    now,
		log:    log.With("issuer", config.URL),
		limit:  rate.NewLimiter(renewRate, renewBurst),
		turn:   make(chan struct{}, 1),
	}, nil
}

// current returns the issuer's keys, and whether they were read since the call
// began. Old keys do for as long as the issuer does not answer: its outage must not
// lock out those whose tokens are good. Error: *Error of ErrIssuerUnavailable, or
// ctx's.
func (p *provider) current(ctx context.Context) (keys *keySet, fresh bool, err error) {
	keys, due := p.state()
	if keys == nil {
		return p.renew(ctx, nil)
	}
	if !due {
		return keys, false, nil
	}
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	default: // somebody reads them; nobody else has to wait
		return keys, false, nil
	}
	if keys, due = p.state(); !due {
		return keys, false, nil
	}
	if read, err := p.read(ctx); err == nil {
		return read, true, nil
	}
	return keys, false, nil
}

// renew returns keys other than those that were tried: what somebody else has read
// meanwhile, or else the issuer's answer now (fresh). Errors as current's.
func (p *provider) renew(ctx context.Context, tried *keySet) (keys *keySet, fresh bool, err error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, false, fmt.Errorf("waiting for the issuer's keys: %w", ctx.Err())
	}
	if keys, _ := p.state(); keys != tried {
		return keys, false, nil
	}
	if err := p.mayRead(); err != nil {
		return nil, false, err
	}
	if keys, err = p.read(ctx); err != nil {
		return nil, false, err
	}
	return keys, true, nil
}

// state is what is known, and whether it is time to read it anew: when it is old, or
// when the issuer did not answer the last time, since only an answer shows that it is
// back.
func (p *provider) state() (keys *keySet, due bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	due = p.failures > 0 || !now.Before(p.renewAt)
	return p.keys, due && !now.Before(p.retryAt)
}

// mayRead is nil unless the issuer failed, or was asked, too short a time ago.
func (p *provider) mayRead() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if now.Before(p.retryAt) {
		return p.unavailable(p.failed, p.retryAt.Sub(now))
	}
	if !p.limit.AllowN(now, 1) {
		return p.unavailable(errors.New("its keys were read a moment ago"), backoffMin)
	}
	return nil
}

// read asks the issuer, and remembers what came of it. The turn must be held.
func (p *provider) read(ctx context.Context) (*keySet, error) {
	keys, err := readKeys(ctx, p.client, p.config.URL)
	if err != nil && ctx.Err() != nil {
		// The caller left; that says nothing of the issuer.
		return nil, fmt.Errorf("reading the issuer's keys: %w", ctx.Err())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if err != nil {
		wait := backoffMax
		if p.failures < 5 { // 1 s << 5 is past the most
			wait = backoffMin << p.failures
		}
		if p.failures++; p.failures == 1 {
			p.since = now
		}
		p.retryAt, p.failed = now.Add(wait), err
		p.log.Warn("issuer cannot be read; tokens signed with keys not known yet have to wait", "error", err, "retry", wait, "failures", p.failures)
		return nil, p.unavailable(err, wait)
	}
	if p.failures > 0 {
		p.log.Info("issuer can be read again", "failures", p.failures)
	}
	p.keys, p.renewAt = keys, now.Add(renewAfter)
	p.failures, p.retryAt, p.failed = 0, time.Time{}, nil
	return keys, nil
}

func (p *provider) unavailable(cause error, wait time.Duration) *Error {
	return &Error{
		Kind:       ErrIssuerUnavailable,
		Reason:     ReasonIssuerUnavailable,
		Detail:     "the issuer of this token cannot be asked for its keys right now; try again later",
		Issuer:     p.config.URL,
		RetryAfter: wait,
		Cause:      cause,
	}
}
