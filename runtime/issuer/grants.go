package issuer

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// codeTTL is how long a page has to turn its code into tokens, which it does at
	// once; RFC 6749 recommends 10 minutes at most.
	codeTTL = time.Minute
	// DefaultRefreshTTL is how long a refresh token counts when Options.RefreshTTL is
	// zero: a working day.
	DefaultRefreshTTL = 12 * time.Hour
	// maxGrants bounds what is remembered of sign-ins. It is far more than developers
	// make in a day, and some 10 MB.
	maxGrants = 10_000
)

// grant is one sign-in: what was asked for, and by whom. It lives in memory alone; a
// restart of the issuer ends it.
type grant struct {
	request  request
	who      person
	signedIn time.Time
	// secret is the code first, then the refresh token of the moment: id, a dot, and
	// what makes it differ from those before it.
	id, secret string
	// code says that secret is a code still.
	code bool
	ends time.Time
}

// next gives a grant its next secret.
func (g *grant) next() { g.secret = g.id + "." + rand.Text() }

// grants finds a sign-in by any secret that was ever given for it: one that comes a
// second time was stolen, or is in the hands of two, and ends its sign-in (RFC 6749,
// sections 4.1.2 and 10.4). All of them begin with the sign-in's id, so that those
// that are spent need no memory, however often a page renews its tokens.
type grants struct {
	mu   sync.Mutex
	byID map[string]*grant
}

// open remembers a sign-in, and gives its code.
func (g *grants) open(now time.Time, r request, who person) (code string, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.byID) >= maxGrants {
		maps.DeleteFunc(g.byID, func(_ string, old *grant) bool { return !now.Before(old.ends) })
	}
	if len(g.byID) >= maxGrants {
		return "", badRequest("temporarily_unavailable", "too many sign-ins at once; restart this development issuer to forget them")
	}
	if g.byID == nil {
		g.byID = map[string]*grant{}
	}
	opened := &grant{request: r, who: who, signedIn: now, id: rand.Text(), code: true, ends: now.Add(codeTTL)}
	opened.next()
	g.byID[opened.id] = opened
	return opened.secret, nil
}

// take spends a secret and puts the next one in its place. fits says whether whoever
// shows it may: a secret is spent whatever it says.
func (g *grants) take(now time.Time, secret string, ttl time.Duration, fits func(grant) error) (grant, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	id, _, _ := strings.Cut(secret, ".")
	found := g.byID[id]
	if found == nil || !now.Before(found.ends) {
		return grant{}, badRequest("invalid_grant", "this code or refresh token is not known, or has run out")
	}
	err := fits(*found)
	if found.secret != secret {
		err = badRequest("invalid_grant", "this code or refresh token was used before: the sign-in has ended")
	}
	if err != nil {
		delete(g.byID, id)
		return grant{}, err
	}
	found.code, found.ends = false, now.Add(ttl)
	found.next()
	return *found, nil
}

// redeem turns a code into tokens.
func (i *Issuer) redeem(form url.Values) (*tokens, error) {
	return i.take(form, "code", func(g grant) error {
		sum := sha256.Sum256([]byte(form.Get("code_verifier")))
		challenge := base64.RawURLEncoding.EncodeToString(sum[:])
		switch {
		case !g.code, form.Get("client_id") != g.request.clientID, form.Get("redirect_uri") != g.request.redirectURI:
			return badRequest("invalid_grant", "the code is of another client_id or redirect_uri")
		case subtle.ConstantTimeCompare([]byte(challenge), []byte(g.request.challenge)) != 1:
			return badRequest("invalid_grant", "code_verifier is not what code_challenge was made of")
		}
		return nil
	})
}

// refresh turns a refresh token into new ones.
func (i *Issuer) refresh(form url.Values) (*tokens, error) {
	return i.take(form, "refresh_token", func(g grant) error {
		if g.code || form.Get("client_id") != g.request.clientID {
			return badRequest("invalid_grant", "the refresh token is of another client_id")
		}
		return nil
	})
}

// take signs tokens for a client that shows a secret. One that does not say who it is,
// which some try first, spends none.
func (i *Issuer) take(form url.Values, secret string, fits func(grant) error) (*tokens, error) {
	if !slices.Contains(i.opts.Audiences, form.Get("client_id")) {
		return nil, badRequest("invalid_client", "send the client_id among the parameters")
	}
	now := i.opts.Clock()
	g, err := i.grants.take(now, form.Get(secret), i.opts.RefreshTTL, fits)
	if err != nil {
		return nil, err
	}
	claims := g.claims(now.Add(i.opts.TokenTTL))
	access, err := i.SignClaims(claims)
	if err != nil {
		return nil, err
	}
	claims["name"], claims["azp"], claims["auth_time"] = g.who.name, g.request.clientID, g.signedIn.Unix()
	if g.request.nonce != "" {
		claims["nonce"] = g.request.nonce
	}
	id, err := i.SignClaims(claims)
	if err != nil {
		return nil, err
	}
	return &tokens{
		Access: access, ID: id, Refresh: g.secret, Type: "Bearer",
		ExpiresIn: int64(i.opts.TokenTTL / time.Second), Scope: g.request.scope,
	}, nil
}

func (g grant) claims(expiry time.Time) map[string]any {
	claims := map[string]any{"sub": g.who.name, "exp": expiry.Unix()}
	if len(g.who.groups) > 0 {
		claims["groups"] = g.who.groups
	}
	return claims
}
