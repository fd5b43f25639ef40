package auth_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/pullmode/operator/runtime/auth"
)

func TestBearerToken(t *testing.T) {
	tests := map[string]struct {
		headers []string
		want    string
		kind    error
		reason  auth.Reason
	}{
		"a token":             {headers: []string{"Bearer abc.def-ghi_j~+/=="}, want: "abc.def-ghi_j~+/=="},
		"a key with signs":    {headers: []string{"Bearer p4ss!w0rd{}"}, want: "p4ss!w0rd{}"},
		"scheme without case": {headers: []string{"bEARER abc"}, want: "abc"},
		"spaces around":       {headers: []string{"Bearer   abc "}, want: "abc"},
		"no header":           {kind: auth.ErrMissingToken, reason: auth.ReasonMissing},
		"an empty header":     {headers: []string{""}, kind: auth.ErrMissingToken, reason: auth.ReasonMissing},
		"no token":            {headers: []string{"Bearer "}, kind: auth.ErrMissingToken, reason: auth.ReasonMissing},
		"the scheme alone":    {headers: []string{"Bearer"}, kind: auth.ErrMissingToken, reason: auth.ReasonMissing},
		"another scheme":      {headers: []string{"Basic abc"}, kind: auth.ErrMissingToken, reason: auth.ReasonMissing},
		"a token alone":       {headers: []string{"abc"}, kind: auth.ErrMissingToken, reason: auth.ReasonMissing},
		"two headers":         {headers: []string{"Bearer abc", "Bearer def"}, kind: auth.ErrInvalidToken, reason: auth.ReasonMalformed},
		"two tokens":          {headers: []string{"Bearer abc def"}, kind: auth.ErrInvalidToken, reason: auth.ReasonMalformed},
		"not ASCII":           {headers: []string{"Bearer wörd"}, kind: auth.ErrInvalidToken, reason: auth.ReasonMalformed},
		"a tab":               {headers: []string{"Bearer a\tb"}, kind: auth.ErrInvalidToken, reason: auth.ReasonMalformed},
		"too large":           {headers: []string{"Bearer " + strings.Repeat("a", auth.MaxTokenBytes+1)}, kind: auth.ErrInvalidToken, reason: auth.ReasonTooLarge},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := auth.BearerToken(&http.Request{Header: http.Header{"Authorization": tc.headers}})
			if tc.kind != nil {
				refused(t, err, tc.kind, tc.reason)
				return
			}
			if err != nil || got != tc.want {
				t.Errorf("got %q, %v, want %q", got, err, tc.want)
			}
		})
	}
}

func TestChallenge(t *testing.T) {
	tests := map[string]struct {
		err  error
		want string
	}{
		"no token":      {&auth.Error{Kind: auth.ErrMissingToken}, "Bearer"},
		"invalid token": {&auth.Error{Kind: auth.ErrInvalidToken, Detail: "the token has expired"}, `Bearer error="invalid_token", error_description="the token has expired"`},
		"anything else": {errors.New("else"), "Bearer"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if got := auth.Challenge(tc.err); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}
