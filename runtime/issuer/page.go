package issuer

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

var (
	pages = template.Must(template.Must(template.New("style").Parse(pageStyle)).New("page").Parse(pageText))
	// styleHash lets the page's own style through its policy, and no other.
	styleHash = func() string {
		sum := sha256.Sum256([]byte(pageStyle))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}()
)

// signInPage is where somebody says who they are.
type signInPage struct {
	Request public
	Name    string
	Groups  string
	// Wrong says what to mend; empty at first.
	Wrong string
}

// public is what the page carries of a request, so that nothing has to be remembered
// between the page and its form.
type public struct {
	Client, Back string
	Parameters   []parameter
}

type parameter struct{ Name, Value string }

func (r request) public(q url.Values) public {
	p := public{Client: r.clientID, Back: originOf(r.redirectURI)}
	for _, name := range []string{"client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method"} {
		if q.Has(name) {
			p.Parameters = append(p.Parameters, parameter{name, q.Get(name)})
		}
	}
	return p
}

func (i *Issuer) showSignIn(w http.ResponseWriter, status int, p signInPage) {
	// Browsers hold the address that the form's answer leads to against form-action.
	i.show(w, status, "sign-in", p, p.Request.Back)
}

func (i *Issuer) showSignedOut(w http.ResponseWriter) { i.show(w, http.StatusOK, "signed-out", nil) }

func (i *Issuer) showProblem(w http.ResponseWriter, err error) {
	refused := &oauthError{http.StatusInternalServerError, "server_error", "the issuer cannot sign anybody in; its log says why"}
	if !errors.As(err, &refused) {
		i.opts.Logger.Error("development issuer cannot sign anybody in", "error", err)
	}
	i.show(w, refused.status, "problem", refused.description)
}

func (i *Issuer) show(w http.ResponseWriter, status int, page string, data any, formAction ...string) {
	h := w.Header()
	action := "'self'"
	for _, origin := range slices.Compact(formAction) {
		action += " " + origin
	}
	h.Set("Content-Security-Policy", "default-src 'none'; style-src "+styleHash+"; form-action "+action+"; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = pages.ExecuteTemplate(w, page, data) // the client went away
}
