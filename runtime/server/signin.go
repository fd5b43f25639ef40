package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/protocol"
)

type signIn struct{ Body protocol.SignIn }

// signIn tells a page how its agent gets a token. It is for everybody: who asks has
// none yet.
func (s *Server) signIn(api huma.API) {
	register(api, operation{
		id: "sign-in", method: http.MethodGet, path: "/v1/sign-in", by: anyone,
		summary:     "How agents sign in with a browser",
		description: "The OpenID Connect issuers that the runtime trusts, for the authorization code flow with PKCE of a public client. An issuer that cannot be reached now is `unavailable`; one where browsers cannot sign in is left out.",
	}, func(ctx context.Context, _ *nothing) (*signIn, error) {
		ways, err := s.Gate.SignIn(ctx)
		if err != nil {
			return nil, s.answer(ctx, err)
		}
		out := &signIn{protocol.SignIn{Issuers: []protocol.SignInIssuer{}}}
		for _, way := range ways {
			if way.Err == nil && (way.Authorization == "" || way.Token == "") {
				continue
			}
			out.Body.Issuers = append(out.Body.Issuers, signInAt(way))
		}
		return out, nil
	})
}

func signInAt(way auth.SignIn) protocol.SignInIssuer {
	at := protocol.SignInIssuer{Issuer: way.URL, ClientID: way.ClientID, Scopes: way.Scopes, Token: protocol.AccessToken}
	if way.ClientID == way.Audience {
		at.Token = protocol.IDToken // meant for its client, which is what the runtime is then
	}
	if at.Unavailable = way.Err != nil; !at.Unavailable {
		at.AuthorizationEndpoint, at.TokenEndpoint, at.EndSessionEndpoint = way.Authorization, way.Endpoints.Token, way.EndSession
	}
	return at
}
