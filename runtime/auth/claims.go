package auth

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/coreos/go-oidc/v3/oidc"
)

const (
	// MaxUsernameLength bounds an agent's name, and a group's, in characters.
	MaxUsernameLength = 256
	// MaxGroups bounds an agent's groups. More are refused rather than cut off,
	// because which ones would be lost is nobody's choice.
	MaxGroups = 500
)

// agent reads who a token with a good signature speaks for, and refuses one that
// is meant for others, out of its time, or without a usable name.
func (i Issuer) agent(token *oidc.IDToken, now time.Time) (Agent, error) {
	if !slices.Contains(token.Audience, i.Audience) {
		return Agent{}, i.invalid(ReasonAudience, "the token is not meant for this service", nil)
	}
	var claims map[string]json.RawMessage
	if err := token.Claims(&claims); err != nil {
		return Agent{}, i.invalid(ReasonClaims, "the token's claims are not a JSON object", err)
	}
	if err := i.checkTimes(token.Expiry, claims, now); err != nil {
		return Agent{}, err
	}
	name, err := i.username(claims)
	if err != nil {
		return Agent{}, err
	}
	groups, err := i.groups(claims)
	if err != nil {
		return Agent{}, err
	}
	return Agent{Name: name, Groups: groups, Issuer: i.URL, Expiry: token.Expiry}, nil
}

func (i Issuer) checkTimes(expiry time.Time, claims map[string]json.RawMessage, now time.Time) error {
	if !has(claims, "exp") {
		return i.invalid(ReasonClaims, "the token never expires (no exp claim)", nil)
	}
	if now.After(expiry.Add(ClockSkew)) {
		return i.invalid(ReasonExpired, "the token has expired", nil)
	}
	if !has(claims, "nbf") {
		return nil
	}
	var notBefore float64 // seconds; the fraction that RFC 7519 allows included
	if err := json.Unmarshal(claims["nbf"], &notBefore); err != nil {
		return i.invalid(ReasonClaims, "the token's nbf claim is not a number", err)
	}
	if notBefore > float64(now.Add(ClockSkew).Unix()) {
		return i.invalid(ReasonNotYetValid, "the token is not valid yet", nil)
	}
	return nil
}

func (i Issuer) username(claims map[string]json.RawMessage) (string, error) {
	var name string
	if err := json.Unmarshal(claims[i.UsernameClaim], &name); err != nil {
		return "", i.invalid(ReasonClaims, "the token's username claim is missing or not a string", err)
	}
	if name != "" {
		name = i.UsernamePrefix + name
	}
	// Control characters have no place in a name that is shown and logged.
	if name == "" || utf8.RuneCountInString(name) > MaxUsernameLength || strings.ContainsFunc(name, unicode.IsControl) {
		return "", i.invalid(ReasonUsername, "the token's username claim must have 1 to 256 characters, with the prefix of the issuer, and no control characters", nil)
	}
	// Anybody can enter somebody else's address at an issuer that does not verify it.
	if i.UsernameClaim == "email" && has(claims, "email_verified") && string(claims["email_verified"]) != "true" {
		return "", i.invalid(ReasonUsername, "the token's email address is not verified", nil)
	}
	return name, nil
}

// groups are sorted and without duplicates, so that equal sets compare equal.
func (i Issuer) groups(claims map[string]json.RawMessage) ([]string, error) {
	if !has(claims, i.GroupsClaim) {
		return nil, nil
	}
	raw := claims[i.GroupsClaim]
	var groups []string
	if raw[0] == '"' {
		raw = slices.Concat([]byte{'['}, raw, []byte{']'})
	}
	if err := json.Unmarshal(raw, &groups); err != nil {
		return nil, i.invalid(ReasonClaims, "the token's groups claim is neither a string nor an array of strings", err)
	}
	// A claim that maps to nothing is often sent as "".
	groups = slices.DeleteFunc(groups, func(g string) bool { return g == "" })
	slices.Sort(groups)
	groups = slices.Compact(groups)
	if len(groups) > MaxGroups {
		return nil, i.invalid(ReasonGroups, "the token has more than 500 groups; have its issuer send only those of this service", nil)
	}
	for n, group := range groups {
		groups[n] = i.GroupsPrefix + group
		if utf8.RuneCountInString(groups[n]) > MaxUsernameLength {
			return nil, i.invalid(ReasonGroups, "the token has a group with a name of more than 256 characters, with the prefix of the issuer", nil)
		}
	}
	return groups, nil
}

// has tells whether a claim is there; null is as good as absent.
func has(claims map[string]json.RawMessage, name string) bool {
	raw, ok := claims[name]
	return ok && string(raw) != "null"
}

// invalid is a refusal of a token that is known to be of this issuer.
func (i Issuer) invalid(reason Reason, detail string, cause error) *Error {
	err := invalid(reason, detail, cause)
	err.Issuer = i.URL
	return err
}
