// Package issuer is a small OpenID Connect issuer for development: tests, the
// demo, and `pullmode serve`. It signs a token for WHOEVER ASKS, under any name
// and with any groups, without a password. Never let a runtime that real
// customers reach trust one.
//
// What it signs is real: discovery, a key set and signed JWTs, so that the
// verifying side is exercised exactly as against a production issuer.
//
// Programs get a token with one call (GrantType), browsers by the authorization code
// flow with PKCE, at a page that asks for a name and groups. Browsers are sent back to
// addresses of this machine alone, and to those in Options.RedirectURIs.
//
// It is built on go-jose, which already signs and verifies here. A full provider
// library (zitadel/oidc) was weighed, also for the code flow: it asks for a storage of
// some twenty methods and brings eight more modules, and the page, the clients and the
// memory of sign-ins would be ours to write all the same. What is left is some three
// hundred lines, which its tests drive with the OpenID Connect client that others use.
package issuer

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"
)

// DefaultAudience is what tokens are for when Options.Audiences is empty.
const DefaultAudience = "pullmode"

// DefaultTokenTTL is how long a token lives when Options.TokenTTL is zero.
const DefaultTokenTTL = time.Hour

// MaxUsernameLength bounds a username, in characters.
const MaxUsernameLength = 256

// Options says who the issuer is and what its tokens look like.
type Options struct {
	// URL is the issuer's name: the `iss` of its tokens and the base of the
	// addresses in its discovery document. Required, http or https. A path is
	// allowed and is part of every route, so that the issuer can share a
	// server. The Host of a request is never looked at: a port-forward works.
	URL string
	// BrowserURL is where browsers reach the issuer, where that is another address,
	// such as that of a port-forward: what discovery says of where to sign in and to
	// get tokens is below it. Default: URL.
	BrowserURL string
	// Audiences every token is for, each of them a public client that may sign people
	// in. Default: DefaultAudience alone.
	Audiences []string
	// TokenTTL is the lifetime of a token from the token endpoint. Default
	// DefaultTokenTTL.
	TokenTTL time.Duration
	// RefreshTTL is how long a refresh token counts; each use gives a new one. Default
	// DefaultRefreshTTL.
	RefreshTTL time.Duration
	// RedirectURIs are addresses that browsers may be sent back to after a sign-in,
	// besides those of this machine. Default: none.
	RedirectURIs []string
	// KeyFile keeps the signing keys, so that a restart does not void the
	// tokens that are out. Created with mode 0600 when absent. Empty: the keys
	// live as long as the process.
	KeyFile string
	// Clock is the time tokens are issued at. Default time.Now.
	Clock func() time.Time
	// Logger gets one warning at the start, and a line for every token signed
	// over HTTP. Default slog.Default().
	Logger *slog.Logger
}

// Issuer signs tokens and serves what a verifier needs. Safe for concurrent use.
type Issuer struct {
	opts   Options
	keys   *keyring
	grants grants
	mux    *http.ServeMux
}

// New builds an issuer. It fails when the URL cannot name one, or when KeyFile
// can be neither read nor written.
func New(opts Options) (*Issuer, error) {
	if opts.BrowserURL == "" {
		opts.BrowserURL = opts.URL
	}
	var path string
	for _, address := range []string{opts.BrowserURL, opts.URL} {
		u, err := url.Parse(address)
		if err != nil {
			return nil, fmt.Errorf("issuer URL: %w", err)
		}
		// Braces would turn the path into a pattern of the router.
		if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(u.Path, "{} ") {
			return nil, fmt.Errorf("issuer URL %q must be http(s)://host[:port][/path], with no query and no fragment", address)
		}
		path = u.Path
	}
	if len(opts.Audiences) == 0 {
		opts.Audiences = []string{DefaultAudience}
	}
	if opts.TokenTTL == 0 {
		opts.TokenTTL = DefaultTokenTTL
	}
	if opts.TokenTTL < time.Second {
		return nil, errors.New("issuer token TTL must be at least a second: a token's times are whole seconds")
	}
	if opts.RefreshTTL == 0 {
		opts.RefreshTTL = DefaultRefreshTTL
	}
	for _, address := range opts.RedirectURIs {
		if u, err := url.Parse(address); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.Contains(address, "#") {
			return nil, fmt.Errorf("redirect URI %q must be http(s)://host[:port]/path, with no fragment", address)
		}
	}
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	if opts.Logger == nil {
		opts.Logger = slog.Default()
	}
	keys, err := loadKeys(opts.KeyFile)
	if err != nil {
		return nil, err
	}
	i := &Issuer{opts: opts, keys: keys}
	i.routes(strings.TrimSuffix(path, "/"))
	opts.Logger.Warn("development issuer: it signs a token for whoever asks; not for production", "issuer", opts.URL)
	return i, nil
}

// URL is the issuer's name, as tokens carry it.
func (i *Issuer) URL() string { return i.opts.URL }

// ServeHTTP serves discovery, the key set, the token endpoint and the pages for browsers.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) { i.mux.ServeHTTP(w, r) }

// Sign returns a token for subject, valid for ttl from now. A ttl below zero
// gives a token that has expired. It checks nothing: tests need odd tokens.
func (i *Issuer) Sign(subject string, groups []string, ttl time.Duration) (string, error) {
	now := i.opts.Clock()
	claims := map[string]any{
		"sub": subject,
		"exp": jwt.NewNumericDate(now.Add(ttl)),
	}
	if len(groups) > 0 {
		claims["groups"] = groups
	}
	return i.SignClaims(claims)
}

// SignClaims signs claims laid over the issuer's own (iss, aud, iat, nbf, jti; no
// exp). A claim that is nil is left out of the token. For tests of tokens that
// no honest issuer signs.
func (i *Issuer) SignClaims(claims map[string]any) (string, error) {
	now := jwt.NewNumericDate(i.opts.Clock())
	all := map[string]any{
		"iss": i.opts.URL,
		"aud": i.opts.Audiences,
		"iat": now,
		"nbf": now,
		"jti": rand.Text(),
	}
	for name, value := range claims {
		if value == nil {
			delete(all, name)
			continue
		}
		all[name] = value
	}
	signer, err := i.keys.signer()
	if err != nil {
		return "", err
	}
	token, err := jwt.Signed(signer).Claims(all).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return token, nil
}

// Rotate makes a new signing key. The key before it stays in the key set, so
// tokens that are out keep verifying until the next Rotate withdraws it.
func (i *Issuer) Rotate() error { return i.keys.rotate() }
