package issuer

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// Paths below the issuer's URL.
const (
	DiscoveryPath  = "/.well-known/openid-configuration"
	KeysPath       = "/keys"
	TokenPath      = "/token"
	AuthorizePath  = "/authorize"
	EndSessionPath = "/end-session"
)

func (i *Issuer) routes(prefix string) {
	i.mux = http.NewServeMux()
	for _, method := range []string{http.MethodGet, http.MethodOptions} {
		i.mux.HandleFunc(method+" "+prefix+DiscoveryPath, i.shared(i.discovery))
		i.mux.HandleFunc(method+" "+prefix+KeysPath, i.shared(i.keySet))
	}
	// Every method: one that is wrong deserves an OAuth error, too.
	i.mux.HandleFunc(prefix+TokenPath, i.shared(i.token))
	i.mux.HandleFunc("GET "+prefix+AuthorizePath, i.authorize)
	i.mux.HandleFunc("POST "+prefix+AuthorizePath, i.signIn)
	i.mux.HandleFunc("GET "+prefix+EndSessionPath, i.endSession)
}

func (i *Issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	base, browsers := strings.TrimSuffix(i.opts.URL, "/"), strings.TrimSuffix(i.opts.BrowserURL, "/")
	reply(w, http.StatusOK, map[string]any{
		"issuer":                                i.opts.URL,
		"jwks_uri":                              base + KeysPath,
		"authorization_endpoint":                browsers + AuthorizePath,
		"token_endpoint":                        browsers + TokenPath,
		"end_session_endpoint":                  browsers + EndSessionPath,
		"grant_types_supported":                 []string{grantCode, grantRefresh, GrantType},
		"response_types_supported":              []string{"code"},
		"response_modes_supported":              []string{"query"},
		"code_challenge_methods_supported":      []string{"S256"},
		"scopes_supported":                      []string{"openid", "profile", "offline_access"},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{string(jose.ES256)},
		"token_endpoint_auth_methods_supported": []string{"none"},
		"claims_supported":                      []string{"sub", "groups", "name", "nonce", "azp", "auth_time", "iss", "aud", "exp", "iat", "nbf", "jti"},
		"request_parameter_supported":           false,
		"request_uri_parameter_supported":       false,
		// RFC 9207
		"authorization_response_iss_parameter_supported": true,
	})
}

func (i *Issuer) keySet(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, i.keys.public())
}

func refuse(w http.ResponseWriter, e *oauthError) {
	reply(w, e.status, map[string]string{"error": e.code, "error_description": e.description})
}

// reply writes JSON that nothing may keep: tokens and keys change.
func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client went away
}
