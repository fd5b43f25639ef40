package server_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/snapshot"
)

// A page that has no token yet is told where its agent gets one.
func TestSignIn(t *testing.T) {
	s := site.Start(t)
	other := site.Issuer(t)
	config := s.Config()
	config.Authentication.Issuers = append(config.Authentication.Issuers,
		snapshot.Issuer{
			URL: other.URL(), Audience: "pullmode", UsernameClaim: "sub", GroupsClaim: "groups", AllowHTTP: true,
			ClientID: "desk", Scopes: []string{"openid", "offline_access"},
		},
		snapshot.Issuer{URL: "http://127.0.0.1:1", Audience: "pullmode", UsernameClaim: "sub", GroupsClaim: "groups", AllowHTTP: true},
	)
	s.Program(config)
	at := func(url string) protocol.SignInIssuer {
		return protocol.SignInIssuer{
			Issuer: url, ClientID: "pullmode", Scopes: []string{"openid", "profile"}, Token: protocol.IDToken,
			AuthorizationEndpoint: url + "/authorize", TokenEndpoint: url + "/token", EndSessionEndpoint: url + "/end-session",
		}
	}
	own := at(other.URL())
	own.ClientID, own.Scopes, own.Token = "desk", []string{"offline_access", "openid"}, protocol.AccessToken
	want := map[string]protocol.SignInIssuer{
		s.Issuer.URL(): at(s.Issuer.URL()), other.URL(): own,
		"http://127.0.0.1:1": {Issuer: "http://127.0.0.1:1", ClientID: "pullmode", Scopes: []string{"openid", "profile"}, Token: protocol.IDToken, Unavailable: true},
	}
	var got protocol.SignIn
	wantOK(t, s.URL, sent{method: "GET", path: "/v1/sign-in"}, &got)
	byURL := map[string]protocol.SignInIssuer{}
	for _, i := range got.Issuers {
		byURL[i.Issuer] = i
	}
	if diff := cmp.Diff(want, byURL); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSignInUnconfigured(t *testing.T) {
	s := site.Unprogrammed(t)
	wantProblem(t, s.URL, sent{method: "GET", path: "/v1/sign-in"}, answered{Status: 503, Type: protocol.ProblemNoConfiguration})
}
