package issuer

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// request is a sign-in that was asked for, and may be.
type request struct {
	clientID, redirectURI, scope, state, nonce, challenge string
}

// challenges are base64url of a SHA-256.
var challenges = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// readRequest reads what a page asks for. back says whether the error may be told to
// the address that it names: only once that is known to be one of its client's.
func (i *Issuer) readRequest(q url.Values) (r request, back bool, err error) {
	r = request{
		clientID: q.Get("client_id"), redirectURI: q.Get("redirect_uri"), scope: q.Get("scope"),
		state: q.Get("state"), nonce: q.Get("nonce"), challenge: q.Get("code_challenge"),
	}
	if err := once(q); err != nil {
		return r, false, err
	}
	if !slices.Contains(i.opts.Audiences, r.clientID) {
		return r, false, badRequest("invalid_request", "client_id must be an audience of this issuer: "+strings.Join(i.opts.Audiences, ", "))
	}
	if !i.mayReturn(r.redirectURI) {
		return r, false, badRequest("invalid_request", "redirect_uri must be on this machine (localhost, 127.0.0.1 or [::1]), or one that the issuer was started with")
	}
	switch {
	case q.Has("request") || q.Has("request_uri"):
		err = badRequest("request_not_supported", "send the parameters themselves")
	case q.Get("response_type") != "code":
		err = badRequest("unsupported_response_type", "response_type must be code")
	case q.Has("response_mode") && q.Get("response_mode") != "query":
		err = badRequest("invalid_request", "response_mode must be query")
	case !slices.Contains(strings.Fields(r.scope), "openid"):
		err = badRequest("invalid_scope", "scope must have openid")
	case q.Get("code_challenge_method") != "S256" || !challenges.MatchString(r.challenge):
		err = badRequest("invalid_request", "code_challenge must be there, with code_challenge_method S256")
	case slices.Contains(strings.Fields(q.Get("prompt")), "none"):
		err = badRequest("login_required", "nobody is ever signed in here: ask without prompt=none")
	}
	return r, true, err
}

// authorize shows the page where somebody says who they are.
func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	asked, back, err := i.readRequest(r.URL.Query())
	if err != nil {
		i.refuseRequest(w, r, asked, back, err)
		return
	}
	i.showSignIn(w, http.StatusOK, signInPage{Request: asked.public(r.URL.Query()), Name: r.URL.Query().Get("login_hint")})
}

// signIn takes what they said.
func (i *Issuer) signIn(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(w, r)
	if err != nil {
		i.showProblem(w, err)
		return
	}
	asked, back, err := i.readRequest(form)
	if err == nil && form.Has("cancel") {
		err = badRequest("access_denied", "The sign-in was cancelled.")
	}
	if err != nil {
		i.refuseRequest(w, r, asked, back, err)
		return
	}
	form.Set("username", strings.TrimSpace(form.Get("username")))
	who, err := readPerson(form)
	if err != nil {
		i.showSignIn(w, http.StatusUnprocessableEntity, signInPage{
			Request: asked.public(form), Name: form.Get("username"), Groups: form.Get("groups"), Wrong: "Enter a name, of 256 characters at most.",
		})
		return
	}
	code, err := i.grants.open(i.opts.Clock(), asked, who)
	if err != nil {
		i.refuseRequest(w, r, asked, back, err)
		return
	}
	i.opts.Logger.InfoContext(r.Context(), "development issuer signed somebody in", "username", who.name, "groups", who.groups, "client", asked.clientID)
	i.goBack(w, r, asked, url.Values{"code": {code}})
}

func (i *Issuer) refuseRequest(w http.ResponseWriter, r *http.Request, asked request, back bool, err error) {
	var refused *oauthError
	if !back || !errors.As(err, &refused) {
		i.showProblem(w, err)
		return
	}
	i.goBack(w, r, asked, url.Values{"error": {refused.code}, "error_description": {refused.description}})
}

// goBack sends the browser to the page that asked, with the answer.
func (i *Issuer) goBack(w http.ResponseWriter, r *http.Request, asked request, answer url.Values) {
	to, err := url.Parse(asked.redirectURI)
	if err != nil {
		i.showProblem(w, err)
		return
	}
	answer.Set("iss", i.opts.URL) // RFC 9207
	if asked.state != "" {
		answer.Set("state", asked.state)
	}
	query := to.Query()
	for name := range answer {
		query.Set(name, answer.Get(name))
	}
	to.RawQuery = query.Encode()
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
}
