package protocol

// SignIn says how agents sign in with a browser.
type SignIn struct {
	Issuers []SignInIssuer `json:"issuers" doc:"Where agents can sign in; with several, they choose."`
}

// TokenKind is one of the tokens that an issuer gives at a sign-in.
type TokenKind string

// The kinds of tokens.
const (
	IDToken     TokenKind = "id"
	AccessToken TokenKind = "access"
)

// SignInIssuer is one OpenID Connect issuer, and how a public client signs agents in
// with it: by the authorization code flow with PKCE.
type SignInIssuer struct {
	Issuer                string    `json:"issuer" format:"uri" doc:"The issuer's URL: the iss of its tokens."`
	ClientID              string    `json:"clientId" doc:"The public client to sign in as. The issuer has to know it, and the address that it sends agents back to."`
	Scopes                []string  `json:"scopes" doc:"What to ask for."`
	Token                 TokenKind `json:"token" enum:"id,access" doc:"Which of the issuer's tokens is shown to the runtime."`
	AuthorizationEndpoint string    `json:"authorizationEndpoint,omitempty" format:"uri"`
	TokenEndpoint         string    `json:"tokenEndpoint,omitempty" format:"uri"`
	EndSessionEndpoint    string    `json:"endSessionEndpoint,omitempty" format:"uri" doc:"Where to end the session at the issuer; some have none."`
	// Unavailable: the endpoints are not known now.
	Unavailable bool `json:"unavailable,omitempty" doc:"The issuer cannot be reached now, and no endpoint is said. Ask again."`
}
