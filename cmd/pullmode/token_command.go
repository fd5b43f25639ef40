package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/pullmode/operator/runtime/client"
)

// commandToken asks a command of the caller's for an agent's token.
func commandToken(ctx context.Context, command, name string, groups ...string) (string, error) {
	var token bytes.Buffer
	err := shell(ctx, command, nil, &token, "PULLMODE_AGENT="+name, "PULLMODE_GROUPS="+strings.Join(groups, ","))
	return strings.TrimSpace(token.String()), err
}

// commandTokens asks the command, and asks again when a token is about to expire.
func commandTokens(ctx context.Context, command, name string, groups ...string) client.TokenSource {
	return client.OAuth2(oauth2.ReuseTokenSource(nil, tokenCommand(func() (*oauth2.Token, error) {
		token, err := commandToken(ctx, command, name, groups...)
		return &oauth2.Token{AccessToken: token, Expiry: expiry(token)}, err
	})))
}

type tokenCommand func() (*oauth2.Token, error)

func (c tokenCommand) Token() (*oauth2.Token, error) { return c() }

// expiry is when a JSON Web Token says that it ends. Whether it is genuine is the
// runtime's to judge; zero, which is never, for one that says nothing.
func expiry(token string) time.Time {
	_, rest, _ := strings.Cut(token, ".")
	claims, _, _ := strings.Cut(rest, ".")
	var said struct {
		Exp float64 `json:"exp"`
	}
	text, err := base64.RawURLEncoding.DecodeString(claims)
	if err != nil || json.Unmarshal(text, &said) != nil || said.Exp == 0 {
		return time.Time{}
	}
	return time.Unix(int64(said.Exp), 0)
}
