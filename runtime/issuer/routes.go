package issuer

import (
	"encoding/json"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"
)

// Paths below the issuer's URL.
const (
	DiscoveryPath = "/.well-known/openid-configuration"
	KeysPath      = "/keys"
	TokenPath     = "/token"
)

// GrantType is the token endpoint's one grant: an extension grant (RFC 6749,
// section 4.5), because no standard grant hands out tokens without a proof and
// this one should not look as if it were one of them. Its parameters are
// `username` and `groups` (names separated by spaces, as `scope` is).
const GrantType = "urn:pullmode:grant-type:development"

// maxForm bounds a token request, in bytes: a username and some hundred groups.
const maxForm = 16 << 10

func (i *Issuer) routes(prefix string) {
	i.mux = http.NewServeMux()
	i.mux.HandleFunc("GET "+prefix+DiscoveryPath, i.discovery)
	i.mux.HandleFunc("GET "+prefix+KeysPath, i.keySet)
	// Every method: one that is wrong deserves an OAuth error, too.
	i.mux.HandleFunc(prefix+TokenPath, i.token)
}

func (i *Issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	base := strings.TrimSuffix(i.opts.URL, "/")
	reply(w, http.StatusOK, map[string]any{
		"issuer":                                i.opts.URL,
		"jwks_uri":                              base + KeysPath,
		"token_endpoint":                        base + TokenPath,
		"grant_types_supported":                 []string{GrantType},
		"response_types_supported":              []string{},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{string(jose.ES256)},
		"token_endpoint_auth_methods_supported": []string{"none"},
		"claims_supported":                      []string{"sub", "groups", "iss", "aud", "exp", "iat", "nbf", "jti"},
	})
}

func (i *Issuer) keySet(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, i.keys.public())
}

func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed, "invalid_request", "ask for a token with POST")
		return
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/x-www-form-urlencoded" {
		refuse(w, http.StatusBadRequest, "invalid_request", "send the parameters as application/x-www-form-urlencoded")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, "invalid_request", "the form is malformed or over 16 KiB")
		return
	}
	for name, values := range r.PostForm {
		if len(values) > 1 {
			refuse(w, http.StatusBadRequest, "invalid_request", "a parameter was given twice: "+name)
			return
		}
	}
	if grant := r.PostForm.Get("grant_type"); grant != GrantType {
		refuse(w, http.StatusBadRequest, "unsupported_grant_type", "grant_type must be "+GrantType)
		return
	}
	username := r.PostForm.Get("username")
	if username == "" || utf8.RuneCountInString(username) > MaxUsernameLength || !utf8.ValidString(username) {
		refuse(w, http.StatusBadRequest, "invalid_request", "username must be 1 to 256 characters of UTF-8")
		return
	}
	groups := strings.Fields(r.PostForm.Get("groups"))

	token, err := i.Sign(username, groups, i.opts.TokenTTL)
	if err != nil {
		i.opts.Logger.Error("development issuer cannot sign", "error", err)
		refuse(w, http.StatusInternalServerError, "server_error", "the issuer cannot sign; its log says why")
		return
	}
	i.opts.Logger.InfoContext(r.Context(), "development issuer signed a token", "username", username, "groups", groups)
	reply(w, http.StatusOK, map[string]any{
		"access_token": token,
		"id_token":     token,
		"token_type":   "Bearer",
		"expires_in":   int64(i.opts.TokenTTL / time.Second),
	})
}

func refuse(w http.ResponseWriter, status int, code, description string) {
	reply(w, status, map[string]string{"error": code, "error_description": description})
}

// reply writes JSON that nothing may keep: tokens and keys change.
func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client went away
}
