package issuer

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// GrantType is the grant by which programs get a token without a browser: an
// extension grant (RFC 6749, section 4.5), because no standard grant hands out tokens
// without a proof and this one should not look as if it were one of them. Its
// parameters are `username` and `groups` (names separated by spaces, as `scope` is).
const GrantType = "urn:pullmode:grant-type:development"

const (
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
)

// maxForm bounds a form, in bytes: a username and some hundred groups.
const maxForm = 16 << 10

// oauthError is an error in the words of RFC 6749.
type oauthError struct {
	status            int
	code, description string
}

func (e *oauthError) Error() string { return e.code + ": " + e.description }

func badRequest(code, description string) *oauthError {
	return &oauthError{http.StatusBadRequest, code, description}
}

// tokens is the answer of the token endpoint.
type tokens struct {
	Access    string `json:"access_token"`
	ID        string `json:"id_token"`
	Refresh   string `json:"refresh_token,omitempty"`
	Type      string `json:"token_type"`
	ExpiresIn int64  `json:"expires_in"`
	Scope     string `json:"scope,omitempty"`
}

func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	answer, err := i.exchange(w, r)
	var refused *oauthError
	switch {
	case err == nil:
		reply(w, http.StatusOK, answer)
	case errors.As(err, &refused):
		refuse(w, refused)
	default:
		i.opts.Logger.Error("development issuer cannot sign", "error", err)
		refuse(w, &oauthError{http.StatusInternalServerError, "server_error", "the issuer cannot sign; its log says why"})
	}
}

func (i *Issuer) exchange(w http.ResponseWriter, r *http.Request) (*tokens, error) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, &oauthError{http.StatusMethodNotAllowed, "invalid_request", "ask for a token with POST"}
	}
	form, err := readForm(w, r)
	if err != nil {
		return nil, err
	}
	switch form.Get("grant_type") {
	case grantCode:
		return i.redeem(form)
	case grantRefresh:
		return i.refresh(form)
	case GrantType:
		return i.sign(r, form)
	}
	return nil, badRequest("unsupported_grant_type", "grant_type must be "+grantCode+", "+grantRefresh+" or "+GrantType)
}

// readForm reads a form of which every parameter is there once.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/x-www-form-urlencoded" {
		return nil, badRequest("invalid_request", "send the parameters as application/x-www-form-urlencoded")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return nil, badRequest("invalid_request", "the form is malformed or over 16 KiB")
	}
	return r.PostForm, once(r.PostForm)
}

func once(values url.Values) error {
	for name, all := range values {
		if len(all) > 1 {
			return badRequest("invalid_request", "a parameter was given twice: "+name)
		}
	}
	return nil
}

// sign answers the development grant.
func (i *Issuer) sign(r *http.Request, form url.Values) (*tokens, error) {
	who, err := readPerson(form)
	if err != nil {
		return nil, err
	}
	token, err := i.Sign(who.name, who.groups, i.opts.TokenTTL)
	if err != nil {
		return nil, err
	}
	i.opts.Logger.InfoContext(r.Context(), "development issuer signed a token", "username", who.name, "groups", who.groups)
	return &tokens{Access: token, ID: token, Type: "Bearer", ExpiresIn: int64(i.opts.TokenTTL / time.Second)}, nil
}

// person is who somebody says that they are.
type person struct {
	name   string
	groups []string
}

func readPerson(form url.Values) (person, error) {
	name := form.Get("username")
	if name == "" || utf8.RuneCountInString(name) > MaxUsernameLength || !utf8.ValidString(name) {
		return person{}, badRequest("invalid_request", "username must be 1 to 256 characters of UTF-8")
	}
	return person{name: name, groups: strings.Fields(form.Get("groups"))}, nil
}
