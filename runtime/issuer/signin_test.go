package issuer_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"

	"github.com/pullmode/operator/runtime/issuer"
)

// app is a program that signs people in with a browser, as others write them.
type app struct {
	*issuer.Issuer
	t        *testing.T
	ctx      context.Context
	config   oauth2.Config
	verifier string
	browser  *http.Client
	moved    *atomic.Int64 // of the issuer's clock
}

const redirect = "http://127.0.0.1:8080/desk/"

func newApp(t *testing.T, change func(*issuer.Options)) app {
	t.Helper()
	var moved atomic.Int64
	i, ctx := start(t, "", func(o *issuer.Options) {
		o.Clock = func() time.Time { return time.Now().Add(time.Duration(moved.Load())) }
		if change != nil {
			change(o)
		}
	})
	provider, err := oidc.NewProvider(ctx, i.URL())
	if err != nil {
		t.Fatal(err)
	}
	server := ctx.Value(oauth2.HTTPClient).(*http.Client)
	return app{
		Issuer: i, t: t, ctx: ctx, verifier: oauth2.GenerateVerifier(), moved: &moved,
		config: oauth2.Config{
			ClientID: issuer.DefaultAudience, Endpoint: provider.Endpoint(), RedirectURL: redirect, Scopes: []string{"openid", "profile"},
		},
		browser: &http.Client{
			Transport:     server.Transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// ask is the address that the browser is sent to; change replaces its parameters, and
// takes those out that are empty.
func (a app) ask(change url.Values) string {
	a.t.Helper()
	u, err := url.Parse(a.config.AuthCodeURL("the-state", oauth2.S256ChallengeOption(a.verifier), oidc.Nonce("the-nonce")))
	if err != nil {
		a.t.Fatal(err)
	}
	q := u.Query()
	for name, values := range change {
		if q[name] = values; values[0] == "" {
			q.Del(name)
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}

func (a app) get(address string) (*http.Response, string) {
	a.t.Helper()
	resp, err := a.browser.Get(address)
	return a.read(resp, err)
}

func (a app) read(resp *http.Response, err error) (*http.Response, string) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return resp, string(body)
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// submit fills in the page at an address.
func (a app) submit(address string, fields url.Values) (*http.Response, string) {
	a.t.Helper()
	resp, page := a.get(address)
	if resp.StatusCode != http.StatusOK {
		a.t.Fatalf("%s: %s", resp.Status, page)
	}
	form := url.Values{}
	for _, field := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(html.UnescapeString(field[1]), html.UnescapeString(field[2]))
	}
	for name, values := range fields {
		form[name] = values
	}
	to, _, _ := strings.Cut(address, "?")
	return a.read(a.browser.PostForm(to, form))
}

// answer is what the browser brings back.
func (a app) answer(resp *http.Response) url.Values {
	a.t.Helper()
	to, err := resp.Location()
	if err != nil || resp.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to.String(), redirect+"?") {
		a.t.Fatalf("%s to %v (%v), want 303 to %s", resp.Status, to, err, redirect)
	}
	q := to.Query()
	if q.Get("state") != "the-state" || q.Get("iss") != a.URL() {
		a.t.Errorf("state %q of %q", q.Get("state"), q.Get("iss"))
	}
	return q
}

// code signs mary in, as far as the code.
func (a app) code() string {
	a.t.Helper()
	resp, _ := a.submit(a.ask(nil), url.Values{"username": {" mary "}, "groups": {"billing  night"}})
	return a.answer(resp).Get("code")
}

func (a app) exchange(code string) (*oauth2.Token, error) {
	return a.config.Exchange(a.ctx, code, oauth2.VerifierOption(a.verifier))
}

// identity is the ID token of an answer, verified.
func (a app) identity(token *oauth2.Token) *oidc.IDToken {
	a.t.Helper()
	raw, _ := token.Extra("id_token").(string)
	verified, err := verify(a.ctx, a.Issuer, raw)
	if err != nil {
		a.t.Fatal(err)
	}
	return verified
}

func TestSignIn(t *testing.T) {
	a := newApp(t, nil)
	token, err := a.exchange(a.code())
	if err != nil {
		t.Fatal(err)
	}
	type claims struct {
		Subject string   `json:"sub"`
		Name    string   `json:"name"`
		Groups  []string `json:"groups"`
		Nonce   string   `json:"nonce"`
		Party   string   `json:"azp"`
	}
	var got claims
	if err := a.identity(token).Claims(&got); err != nil {
		t.Fatal(err)
	}
	want := claims{Subject: "mary", Name: "mary", Groups: []string{"billing", "night"}, Nonce: "the-nonce", Party: "pullmode"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ID token (-want +got):\n%s", diff)
	}
	access, err := verify(a.ctx, a.Issuer, token.AccessToken)
	if err != nil || access.Subject != "mary" || access.Nonce != "" {
		t.Errorf("access token: %+v, %v", access, err)
	}
}

// A refresh token is good for once, and a second use of it ends the sign-in.
func TestRefresh(t *testing.T) {
	a := newApp(t, nil)
	first, err := a.exchange(a.code())
	if err != nil {
		t.Fatal(err)
	}
	refresh := func(token string) (*oauth2.Token, error) {
		return a.config.TokenSource(a.ctx, &oauth2.Token{RefreshToken: token}).Token()
	}
	second, err := refresh(first.RefreshToken)
	if err != nil || second.RefreshToken == first.RefreshToken || a.identity(second).Subject != "mary" {
		t.Fatalf("%+v, %v", second, err)
	}
	third, err := refresh(second.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := refresh(first.RefreshToken); !invalidGrant(err) {
		t.Errorf("a second time: %v", err)
	}
	if _, err := refresh(third.RefreshToken); !invalidGrant(err) {
		t.Errorf("the sign-in goes on: %v", err)
	}
}

func TestARefreshTokenRunsOut(t *testing.T) {
	a := newApp(t, nil)
	token, err := a.exchange(a.code())
	if err != nil {
		t.Fatal(err)
	}
	a.moved.Add(int64(issuer.DefaultRefreshTTL))
	if _, err := a.config.TokenSource(a.ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token(); !invalidGrant(err) {
		t.Error(err)
	}
}

func TestACodeIsGoodForOnce(t *testing.T) {
	a := newApp(t, nil)
	code := a.code()
	token, err := a.exchange(code)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.exchange(code); !invalidGrant(err) {
		t.Errorf("a second time: %v", err)
	}
	if _, err := a.config.TokenSource(a.ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token(); !invalidGrant(err) {
		t.Errorf("what the first time gave still counts: %v", err)
	}
}

func TestACodeIsForWhoAsked(t *testing.T) {
	tests := map[string]func(*app){
		"another verifier": func(a *app) { a.verifier = oauth2.GenerateVerifier() },
		"no verifier":      func(a *app) { a.verifier = "" },
		"another client":   func(a *app) { a.config.ClientID = "other" },
		"another address":  func(a *app) { a.config.RedirectURL = "http://127.0.0.1:9090/" },
		"too late":         func(a *app) { a.moved.Add(int64(time.Minute)) },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			a := newApp(t, func(o *issuer.Options) { o.Audiences = []string{issuer.DefaultAudience, "other"} })
			code, asked := a.code(), a
			change(&a)
			if _, err := a.exchange(code); !invalidGrant(err) {
				t.Errorf("got %v", err)
			}
			if _, err := asked.exchange(code); !invalidGrant(err) {
				t.Errorf("the code is still good: %v", err)
			}
		})
	}
}

func invalidGrant(err error) bool {
	var refused *oauth2.RetrieveError
	return errors.As(err, &refused) && refused.ErrorCode == "invalid_grant"
}

// What is wrong with a request is told to who asked, at their own address.
func TestARequestIsRefusedToWhoAsked(t *testing.T) {
	a := newApp(t, nil)
	tests := map[string]struct {
		change url.Values
		want   string
	}{
		"another response type": {url.Values{"response_type": {"token"}}, "unsupported_response_type"},
		"another response mode": {url.Values{"response_mode": {"fragment"}}, "invalid_request"},
		"no OpenID Connect":     {url.Values{"scope": {"profile"}}, "invalid_scope"},
		"no challenge":          {url.Values{"code_challenge": {""}}, "invalid_request"},
		"a plain challenge":     {url.Values{"code_challenge_method": {"plain"}}, "invalid_request"},
		"no method":             {url.Values{"code_challenge_method": {""}}, "invalid_request"},
		"without a page":        {url.Values{"prompt": {"none"}}, "login_required"},
		"a request object":      {url.Values{"request": {"eyJ"}}, "request_not_supported"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			resp, _ := a.get(a.ask(tc.change))
			if got := a.answer(resp); got.Get("error") != tc.want || got.Get("error_description") == "" || got.Has("code") {
				t.Errorf("got %v, want %s", got, tc.want)
			}
		})
	}
	resp, _ := a.submit(a.ask(nil), url.Values{"username": {"mary"}, "cancel": {"1"}})
	if got := a.answer(resp); got.Get("error") != "access_denied" {
		t.Errorf("cancelled: %v", got)
	}
}

// Nobody is sent to an address that is not known to be one of theirs.
func TestStrangersAreToldOnThePage(t *testing.T) {
	a := newApp(t, func(o *issuer.Options) { o.RedirectURIs = []string{"https://desk.example.com/desk/"} })
	tests := map[string]struct {
		change url.Values
		want   int
	}{
		"this machine by name":     {url.Values{"redirect_uri": {"http://localhost:3000/back?x=y"}}, http.StatusOK},
		"this machine, IPv6":       {url.Values{"redirect_uri": {"http://[::1]:3000/"}}, http.StatusOK},
		"one that is given":        {url.Values{"redirect_uri": {"https://desk.example.com/desk/"}}, http.StatusOK},
		"almost one that is given": {url.Values{"redirect_uri": {"https://desk.example.com/desk/x"}}, http.StatusBadRequest},
		"another machine":          {url.Values{"redirect_uri": {"https://evil.example.com/desk/"}}, http.StatusBadRequest},
		"one that looks like this": {url.Values{"redirect_uri": {"http://localhost.evil.example.com/"}}, http.StatusBadRequest},
		"one with a user":          {url.Values{"redirect_uri": {"http://localhost@evil.example.com/"}}, http.StatusBadRequest},
		"a user on this machine":   {url.Values{"redirect_uri": {"http://evil@localhost/"}}, http.StatusBadRequest},
		"a script":                 {url.Values{"redirect_uri": {"javascript://localhost/%0aalert(1)"}}, http.StatusBadRequest},
		"a fragment":               {url.Values{"redirect_uri": {redirect + "#"}}, http.StatusBadRequest},
		"none":                     {url.Values{"redirect_uri": {""}}, http.StatusBadRequest},
		"another client":           {url.Values{"client_id": {"<script>"}}, http.StatusBadRequest},
		"two clients":              {url.Values{"client_id": {"pullmode", "pullmode"}}, http.StatusBadRequest},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			resp, page := a.get(a.ask(tc.change))
			if resp.StatusCode != tc.want || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") || strings.Contains(page, "<script") {
				t.Errorf("%s\n%s", resp.Status, page)
			}
		})
	}
}

// A name that cannot be is asked for again, with what was entered and what is wrong.
func TestThePageAsksAgain(t *testing.T) {
	a := newApp(t, nil)
	resp, page := a.submit(a.ask(nil), url.Values{"username": {"  "}, "groups": {`"night" <b>`}})
	for _, want := range []string{`role="alert"`, `aria-invalid="true"`, `value="&#34;night&#34; &lt;b&gt;"`, `name="state" value="the-state"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in\n%s", want, page)
		}
	}
	if resp.StatusCode != http.StatusUnprocessableEntity {
		t.Error(resp.Status)
	}
}

// The page may do nothing but be read and send its form, and its style is let through.
func TestThePagesPolicy(t *testing.T) {
	a := newApp(t, nil)
	resp, page := a.get(a.ask(nil))
	_, rest, _ := strings.Cut(page, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; form-action 'self' http://127.0.0.1:8080; base-uri 'none'; frame-ancestors 'none'"
	if diff := cmp.Diff(want, resp.Header.Get("Content-Security-Policy")); diff != "" || style == "" {
		t.Errorf("policy of %q (-want +got):\n%s", style, diff)
	}
}

func TestEndSession(t *testing.T) {
	a := newApp(t, nil)
	tests := map[string]struct {
		query  url.Values
		status int
		to     string
	}{
		"with a way back": {url.Values{"post_logout_redirect_uri": {redirect}, "state": {"s"}}, http.StatusSeeOther, redirect + "?state=s"},
		"without one":     {nil, http.StatusOK, ""},
		"to a stranger":   {url.Values{"post_logout_redirect_uri": {"https://evil.example.com/"}}, http.StatusBadRequest, ""},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			resp, page := a.get(a.URL() + issuer.EndSessionPath + "?" + tc.query.Encode())
			if resp.StatusCode != tc.status || resp.Header.Get("Location") != tc.to {
				t.Errorf("%s to %q\n%s", resp.Status, resp.Header.Get("Location"), page)
			}
		})
	}
}

// Pages that a browser may be sent back to may read what the issuer answers, and no
// others.
func TestWhoseScriptsMayRead(t *testing.T) {
	a := newApp(t, func(o *issuer.Options) { o.RedirectURIs = []string{"https://desk.example.com/desk/"} })
	origins := map[string]bool{
		"http://127.0.0.1:8080": true, "http://localhost:3000": true, "https://desk.example.com": true,
		"https://desk.example.com:8443": false, "https://evil.example.com": false, "null": false,
	}
	for origin, may := range origins {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodOptions} {
			for _, path := range []string{issuer.DiscoveryPath, issuer.KeysPath, issuer.TokenPath} {
				req := httptest.NewRequest(method, path, nil)
				req.Header.Set("Origin", origin)
				w := httptest.NewRecorder()
				a.ServeHTTP(w, req)
				if w.Code == http.StatusMethodNotAllowed && path != issuer.TokenPath {
					continue // what is read is not posted to
				}
				if got := w.Header().Get("Access-Control-Allow-Origin"); (got == origin) != may || w.Header().Get("Vary") != "Origin" {
					t.Errorf("%s %s from %s: allowed %q", method, path, origin, got)
				}
			}
		}
	}
}

// Where browsers reach the issuer by another address, that is where discovery sends
// them; its name stays.
func TestBrowsersByAnotherAddress(t *testing.T) {
	i, err := issuer.New(issuer.Options{URL: "http://issuer.test", BrowserURL: "http://127.0.0.1:8081/", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	i.ServeHTTP(w, httptest.NewRequest(http.MethodGet, issuer.DiscoveryPath, nil))
	for _, want := range []string{
		`"issuer":"http://issuer.test"`, `"jwks_uri":"http://issuer.test/keys"`, `"authorization_endpoint":"http://127.0.0.1:8081/authorize"`,
		`"token_endpoint":"http://127.0.0.1:8081/token"`, `"end_session_endpoint":"http://127.0.0.1:8081/end-session"`,
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s in %s", want, w.Body)
		}
	}
}
