package auth

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Endpoints are where browsers sign in at an issuer, as its discovery document says;
// empty where it says nothing.
type Endpoints struct {
	Authorization string `json:"authorization_endpoint"`
	Token         string `json:"token_endpoint"`
	EndSession    string `json:"end_session_endpoint"`
}

// SignIn is how browsers sign in at an issuer.
type SignIn struct {
	Issuer
	Endpoints
	// Err says why the issuer cannot be asked now; nil when it was.
	Err error
}

const (
	// patience is how long SignIn waits for issuers that are asked for the first time:
	// an agent sits before an empty page meanwhile.
	patience = 3 * time.Second
	// quiet is how long it does not ask again one that it had no patience for. Tokens
	// may ask all the same, whose callers wait longer.
	quiet = 10 * time.Second
)

// SignIn says how browsers sign in at each trusted issuer, in the order of their
// URLs. Those that were not read before are asked, all at once and for 3 s at most.
func (v *Verifier) SignIn(ctx context.Context) []SignIn {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	providers := v.sorted()
	ways := make([]SignIn, len(providers))
	var asked sync.WaitGroup
	for n, p := range providers {
		asked.Go(func() { ways[n] = p.signIn(ctx) })
	}
	asked.Wait()
	return ways
}

// SignInOrigins are those of the addresses at which browsers get tokens: of the
// issuers' own addresses for as long as no more is known. It asks nobody.
func (v *Verifier) SignInOrigins() []string {
	var origins []string
	for _, p := range v.sorted() {
		address := p.config.URL
		if keys, _ := p.state(); keys != nil {
			address = cmp.Or(p.config.usable(keys.endpoints).Token, address)
		}
		if u, err := url.Parse(address); err == nil {
			origins = append(origins, u.Scheme+"://"+u.Host)
		}
	}
	return slices.Compact(origins)
}

func (v *Verifier) sorted() []*provider {
	set := v.set.Load()
	providers := make([]*provider, 0, len(set.providers))
	for _, p := range set.providers {
		providers = append(providers, p)
	}
	slices.SortFunc(providers, func(a, b *provider) int { return cmp.Compare(a.config.URL, b.config.URL) })
	return providers
}

func (p *provider) signIn(ctx context.Context) SignIn {
	way := SignIn{Issuer: p.config}
	if way.Err = p.slow(); way.Err != nil {
		return way
	}
	keys, _, err := p.current(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case err == nil:
		// Keys that were read before the issuer fell silent are still good, and nobody
		// can sign in.
		way.Endpoints, way.Err = p.config.usable(keys.endpoints), p.failed
	case errors.Is(err, context.DeadlineExceeded):
		p.quietUntil = p.now().Add(quiet)
		fallthrough
	default:
		way.Err = err
	}
	return way
}

// slow is an error while the issuer, not read yet, is left alone.
func (p *provider) slow() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if wait := p.quietUntil.Sub(p.now()); p.keys == nil && wait > 0 {
		return p.unavailable(errors.New("it did not answer a sign-in in time"), wait)
	}
	return nil
}

// usable are the endpoints that a browser may be sent to: over TLS, as the issuer
// itself is read.
func (i Issuer) usable(e Endpoints) Endpoints {
	for _, address := range []*string{&e.Authorization, &e.Token, &e.EndSession} {
		if !strings.HasPrefix(*address, "https://") && !(i.AllowHTTP && strings.HasPrefix(*address, "http://")) {
			*address = ""
		}
	}
	return e
}
