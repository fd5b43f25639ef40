package auth

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/coreos/go-oidc/v3/oidc"
)

// Defaults of an Issuer's claims.
const (
	DefaultUsernameClaim = "sub"
	DefaultGroupsClaim   = "groups"
)

// defaultScopes are what a browser needs of any issuer: an ID token, and a name.
var defaultScopes = []string{oidc.ScopeOpenID, "profile"}

// Issuer is one OpenID Connect issuer whose tokens are accepted.
type Issuer struct {
	// URL is the issuer's name, exactly as the `iss` of its tokens has it, and
	// where discovery starts. https, unless AllowHTTP.
	URL string
	// Audience that a token's `aud` must contain. Required.
	Audience string
	// UsernameClaim is the claim that names the agent. Default "sub". When it is
	// "email", a token that says `email_verified: false` is refused.
	UsernameClaim string
	// GroupsClaim is the claim with the agent's groups, a string or an array of
	// strings; a token without it has none. Default "groups".
	GroupsClaim string
	// CABundle is PEM. When set, the issuer's certificate must come from it, and
	// the system's roots do not count.
	CABundle string
	// AllowHTTP accepts an issuer without TLS. Whoever can change what it answers
	// can be any agent, so: development only.
	AllowHTTP bool
	// UsernamePrefix comes before the name of every agent of this issuer, and
	// GroupsPrefix before each of their groups, so that they are not those of another
	// issuer. Default: nothing.
	UsernamePrefix string
	GroupsPrefix   string
	// ClientID is the public client that browsers sign in as. Default: Audience.
	ClientID string
	// Scopes are what they ask for. Default: openid and profile.
	Scopes []string
}

func (i Issuer) withDefaults() Issuer {
	if i.UsernameClaim == "" {
		i.UsernameClaim = DefaultUsernameClaim
	}
	if i.GroupsClaim == "" {
		i.GroupsClaim = DefaultGroupsClaim
	}
	if i.ClientID == "" {
		i.ClientID = i.Audience
	}
	if len(i.Scopes) == 0 {
		i.Scopes = defaultScopes
	}
	return i
}

func (i Issuer) validate() error {
	u, err := url.Parse(i.URL)
	switch {
	case err != nil:
		return fmt.Errorf("URL: %w", err)
	case u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return errors.New("URL must be https://host[:port][/path]")
	case u.Scheme == "http" && !i.AllowHTTP:
		return errors.New("URL must be https, or plain HTTP must be allowed for it")
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return errors.New("URL must have no user, no query and no fragment")
	case i.Audience == "":
		return errors.New("audience must be set: without one, tokens meant for other services would be accepted")
	}
	return nil
}
