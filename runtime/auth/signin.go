package auth

import (
	"cmp"
	"context"
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

// patience is how long SignIn waits for issuers that are asked for the first time:
// an agent sits before an empty page meanwhile.
const patience = 3 * time.Second

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
	var keys *keySet
	if keys, _, way.Err = p.current(ctx); way.Err == nil {
		way.Endpoints, way.Err = p.config.usable(keys.endpoints), p.silent()
	}
	return way
}

// silent is why the issuer could not be read the last time; nil when it could. Its
// old keys are still good then, and nobody can sign in.
func (p *provider) silent() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failed
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
