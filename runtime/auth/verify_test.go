package auth_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/issuer"
)

func TestVerifyTellsWhoItIs(t *testing.T) {
	s := serve(t, nil)
	expiry := time.Now().Add(time.Hour).Truncate(time.Second)
	long := strings.Repeat("ü", auth.MaxUsernameLength)
	tests := map[string]struct {
		config func(*auth.Issuer)
		claims map[string]any
		want   auth.Agent
	}{
		"subject and groups":        {claims: map[string]any{"groups": []string{"night", "billing", "night", ""}}, want: auth.Agent{Name: "mary", Groups: []string{"billing", "night"}}},
		"one group as a string":     {claims: map[string]any{"groups": "billing"}, want: auth.Agent{Name: "mary", Groups: []string{"billing"}}},
		"no groups":                 {want: auth.Agent{Name: "mary"}},
		"groups are null":           {claims: map[string]any{"groups": jsonNull{}}, want: auth.Agent{Name: "mary"}},
		"other claims":              {config: func(i *auth.Issuer) { i.UsernameClaim, i.GroupsClaim = "upn", "roles" }, claims: map[string]any{"upn": "m.brown", "roles": []string{"rep"}}, want: auth.Agent{Name: "m.brown", Groups: []string{"rep"}}},
		"prefixes":                  {config: func(i *auth.Issuer) { i.UsernamePrefix, i.GroupsPrefix = "p:", "p/" }, claims: map[string]any{"groups": []string{"b", "a"}}, want: auth.Agent{Name: "p:mary", Groups: []string{"p/a", "p/b"}}},
		"a verified address":        {config: func(i *auth.Issuer) { i.UsernameClaim = "email" }, claims: map[string]any{"email": "m@x.test", "email_verified": true}, want: auth.Agent{Name: "m@x.test"}},
		"an address, nothing said":  {config: func(i *auth.Issuer) { i.UsernameClaim = "email" }, claims: map[string]any{"email": "m@x.test"}, want: auth.Agent{Name: "m@x.test"}},
		"the longest name":          {claims: map[string]any{"sub": long}, want: auth.Agent{Name: long}},
		"one audience as a string":  {claims: map[string]any{"aud": "pullmode"}, want: auth.Agent{Name: "mary"}},
		"one audience of several":   {claims: map[string]any{"aud": []string{"desk", "pullmode"}}, want: auth.Agent{Name: "mary"}},
		"no nbf":                    {claims: map[string]any{"nbf": nil}, want: auth.Agent{Name: "mary"}},
		"nbf within the clock skew": {claims: map[string]any{"nbf": time.Now().Add(auth.ClockSkew / 2).Unix()}, want: auth.Agent{Name: "mary"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			config := s.config()
			if tc.config != nil {
				tc.config(&config)
			}
			claims := map[string]any{"exp": expiry.Unix()}
			for k, v := range tc.claims {
				claims[k] = v
			}
			v := verifier(t, newClock(), config)
			tc.want.Issuer, tc.want.Expiry = s.URL(), expiry
			token := signClaims(t, s.Issuer, claims)
			for _, from := range []string{"issuer", "cache"} {
				got, err := v.Verify(t.Context(), token)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("from the %s (-want +got):\n%s", from, diff)
				}
			}
		})
	}
}

// jsonNull is a claim that is there and null (nil takes it out of the token).
type jsonNull struct{}

func (jsonNull) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

func TestVerifyRefuses(t *testing.T) {
	s := serve(t, nil)
	// Another issuer, with another key, that calls itself by the name of the first.
	impostor, err := issuer.New(issuer.Options{URL: s.URL(), Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	stranger := serve(t, nil)
	claims := func(c map[string]any) string { return signClaims(t, s.Issuer, c) }
	good := claims(nil)
	header, rest, _ := strings.Cut(good, ".")
	payload, signature, _ := strings.Cut(rest, ".")
	groups := make([]string, auth.MaxGroups+1)
	for i := range groups {
		groups[i] = fmt.Sprint(i)
	}
	tests := map[string]struct {
		token  string
		email  bool // the username is the email claim
		prefix string
		reason auth.Reason
	}{
		"expired":                    {token: claims(map[string]any{"exp": time.Now().Add(-auth.ClockSkew - 2*time.Second).Unix()}), reason: auth.ReasonExpired},
		"never expires":              {token: claims(map[string]any{"exp": nil}), reason: auth.ReasonClaims},
		"not yet valid":              {token: claims(map[string]any{"nbf": time.Now().Add(auth.ClockSkew + time.Minute).Unix()}), reason: auth.ReasonNotYetValid},
		"another audience":           {token: claims(map[string]any{"aud": "desk"}), reason: auth.ReasonAudience},
		"no audience":                {token: claims(map[string]any{"aud": nil}), reason: auth.ReasonAudience},
		"unknown issuer":             {token: sign(t, stranger.Issuer, "mary"), reason: auth.ReasonUnknownIssuer},
		"no issuer":                  {token: claims(map[string]any{"iss": nil}), reason: auth.ReasonUnknownIssuer},
		"another's key":              {token: sign(t, impostor, "mary"), reason: auth.ReasonSignature},
		"tampered payload":           {token: strings.Join([]string{header, reclaim(t, payload, `"mary"`, `"eve"`), signature}, "."), reason: auth.ReasonSignature},
		"tampered signature":         {token: strings.Join([]string{header, payload, flip(signature)}, "."), reason: auth.ReasonSignature},
		"unsigned":                   {token: encode(`{"alg":"none"}`) + "." + payload + ".", reason: auth.ReasonAlgorithm},
		"signed with a shared key":   {token: hmac(t, s.URL()), reason: auth.ReasonAlgorithm},
		"signature cut off":          {token: header + "." + payload + ".", reason: auth.ReasonSignature},
		"two parts":                  {token: header + "." + payload, reason: auth.ReasonMalformed},
		"not a token":                {token: "sixteen-or-more-characters", reason: auth.ReasonMalformed},
		"payload is not an object":   {token: header + "." + encode(`[]`) + "." + signature, reason: auth.ReasonMalformed},
		"too large":                  {token: strings.Repeat("a", auth.MaxTokenBytes+1), reason: auth.ReasonTooLarge},
		"expiry of the wrong type":   {token: claims(map[string]any{"exp": "soon"}), reason: auth.ReasonClaims},
		"nbf of the wrong type":      {token: claims(map[string]any{"nbf": []int{1}}), reason: auth.ReasonClaims},
		"username of the wrong type": {token: claims(map[string]any{"sub": 17}), reason: auth.ReasonClaims},
		"no username":                {token: claims(map[string]any{"sub": nil}), reason: auth.ReasonClaims},
		"empty username":             {token: claims(map[string]any{"sub": ""}), reason: auth.ReasonUsername},
		"username too long":          {token: claims(map[string]any{"sub": strings.Repeat("ü", auth.MaxUsernameLength+1)}), reason: auth.ReasonUsername},
		"username with a line end":   {token: claims(map[string]any{"sub": "mary\n"}), reason: auth.ReasonUsername},
		"name too long for a prefix": {prefix: "p:", token: claims(map[string]any{"sub": strings.Repeat("ü", auth.MaxUsernameLength-1)}), reason: auth.ReasonUsername},
		"group too long for one":     {prefix: "p:", token: claims(map[string]any{"groups": strings.Repeat("g", auth.MaxUsernameLength-1)}), reason: auth.ReasonGroups},
		"no name behind a prefix":    {prefix: "p:", token: claims(map[string]any{"sub": ""}), reason: auth.ReasonUsername},
		"address not verified":       {email: true, token: claims(map[string]any{"email": "m@x.test", "email_verified": false}), reason: auth.ReasonUsername},
		"groups of the wrong type":   {token: claims(map[string]any{"groups": 17}), reason: auth.ReasonClaims},
		"a group of the wrong type":  {token: claims(map[string]any{"groups": []any{"billing", 17}}), reason: auth.ReasonClaims},
		"too many groups":            {token: claims(map[string]any{"groups": groups}), reason: auth.ReasonGroups},
		"group too long":             {token: claims(map[string]any{"groups": strings.Repeat("g", auth.MaxUsernameLength+1)}), reason: auth.ReasonGroups},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			config := s.config()
			if tc.email {
				config.UsernameClaim = "email"
			}
			config.UsernamePrefix, config.GroupsPrefix = tc.prefix, tc.prefix
			v := verifier(t, newClock(), config)
			for range 2 { // the second time must not be better
				_, err := v.Verify(t.Context(), tc.token)
				refused(t, err, auth.ErrInvalidToken, tc.reason)
				if strings.Contains(fmt.Sprint(err, auth.Challenge(err)), tc.token) {
					t.Error("the token is in the error")
				}
			}
		})
	}
}

func TestVerifyOfNothing(t *testing.T) {
	_, err := auth.NewVerifier(auth.Options{Logger: quiet}).Verify(t.Context(), "")
	refused(t, err, auth.ErrMissingToken, auth.ReasonMissing)
}

func TestACallerWhoLeavesIsNoVerdict(t *testing.T) {
	s := serve(t, nil)
	ctx, leave := context.WithCancel(t.Context())
	s.swap(func(_ http.ResponseWriter, r *http.Request) {
		leave()
		<-r.Context().Done()
	})
	v := verifier(t, newClock(), s.config())
	token := sign(t, s.Issuer, "mary")
	if _, err := v.Verify(ctx, token); !errors.Is(err, context.Canceled) || auth.ReasonOf(err) != "" {
		t.Errorf("got %v, want only that the caller left", err)
	}
	// The issuer is not blamed: no backoff for the next caller.
	s.swap(s.Issuer.ServeHTTP)
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Error(err)
	}
}

func TestAnExpiredTokenCountsForTheClockSkew(t *testing.T) {
	s := serve(t, nil)
	c := newClock()
	token, err := s.Sign("mary", nil, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	c.advance(time.Minute + auth.ClockSkew/2)
	if _, err := verifier(t, c, s.config()).Verify(t.Context(), token); err != nil {
		t.Error(err)
	}
}

// hmac signs with an algorithm whose key is no secret here: the issuer's name.
func hmac(t *testing.T, url string) string {
	t.Helper()
	key := []byte(strings.Repeat(url, 2))
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(map[string]any{"iss": url, "sub": "mary"}).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func encode(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func reclaim(t *testing.T, payload, old, new string) string {
	t.Helper()
	decoded, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		t.Fatal(err)
	}
	return encode(strings.Replace(string(decoded), old, new, 1))
}

// flip changes the first character, whose bits all count.
func flip(signature string) string {
	if signature[0] == 'A' {
		return "B" + signature[1:]
	}
	return "A" + signature[1:]
}
