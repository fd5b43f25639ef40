package issuer_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"

	"github.com/pullmode/operator/runtime/internal/leak"
	"github.com/pullmode/operator/runtime/issuer"
)

func TestMain(m *testing.M) { leak.Main(m) }

// start serves an issuer whose URL is the server's own, plus path.
func start(t *testing.T, path string, change func(*issuer.Options)) (*issuer.Issuer, context.Context) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	opts := issuer.Options{
		URL:    "http://" + server.Listener.Addr().String() + path,
		Logger: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&opts)
	}
	i, err := issuer.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = i
	server.Start()
	t.Cleanup(server.Close)
	return i, oidc.ClientContext(t.Context(), server.Client())
}

// verify does what any OpenID Connect client does: discovery, keys, token.
func verify(ctx context.Context, i *issuer.Issuer, token string) (*oidc.IDToken, error) {
	provider, err := oidc.NewProvider(ctx, i.URL())
	if err != nil {
		return nil, err
	}
	return provider.VerifierContext(ctx, &oidc.Config{ClientID: issuer.DefaultAudience}).Verify(ctx, token)
}

func TestATokenFromTheEndpointVerifies(t *testing.T) {
	tests := map[string]struct{ path string }{
		"at the root":    {path: ""},
		"under a path":   {path: "/dev/issuer"},
		"trailing slash": {path: "/dev/"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			i, ctx := start(t, tc.path, nil)
			token, err := issuer.TokenSource(ctx, i.URL(), "mary", []string{"billing", "night"}).Token()
			if err != nil {
				t.Fatal(err)
			}
			got, err := verify(ctx, i, token.AccessToken)
			if err != nil {
				t.Fatal(err)
			}
			var claims struct {
				Subject string   `json:"sub"`
				Groups  []string `json:"groups"`
			}
			if err := got.Claims(&claims); err != nil {
				t.Fatal(err)
			}
			if claims.Subject != "mary" {
				t.Errorf("sub = %q", claims.Subject)
			}
			if diff := cmp.Diff([]string{"billing", "night"}, claims.Groups); diff != "" {
				t.Errorf("groups (-want +got):\n%s", diff)
			}
			if left := time.Until(token.Expiry); left <= 0 || left > issuer.DefaultTokenTTL {
				t.Errorf("expires in %v, want within %v", left, issuer.DefaultTokenTTL)
			}
		})
	}
}

func TestTokenEndpointRefuses(t *testing.T) {
	i, ctx := start(t, "", nil)
	form := func(v url.Values) string { return v.Encode() }
	grant := []string{issuer.GrantType}
	tests := map[string]struct {
		method, kind, body string
		status             int
		want               string
	}{
		"another method":     {method: http.MethodGet, status: http.StatusMethodNotAllowed, want: "invalid_request"},
		"another media type": {kind: "application/json", body: `{}`, status: http.StatusBadRequest, want: "invalid_request"},
		"no grant":           {body: form(url.Values{"username": {"mary"}}), status: http.StatusBadRequest, want: "unsupported_grant_type"},
		"a grant of others":  {body: form(url.Values{"grant_type": {"password"}, "username": {"mary"}}), status: http.StatusBadRequest, want: "unsupported_grant_type"},
		"no username":        {body: form(url.Values{"grant_type": grant}), status: http.StatusBadRequest, want: "invalid_request"},
		"username too long":  {body: form(url.Values{"grant_type": grant, "username": {strings.Repeat("m", 257)}}), status: http.StatusBadRequest, want: "invalid_request"},
		"two usernames":      {body: form(url.Values{"grant_type": grant, "username": {"mary", "eve"}}), status: http.StatusBadRequest, want: "invalid_request"},
		"malformed":          {body: "%zz", status: http.StatusBadRequest, want: "invalid_request"},
		"too large":          {body: form(url.Values{"grant_type": grant, "username": {"mary"}, "groups": {strings.Repeat("g ", 9000)}}), status: http.StatusBadRequest, want: "invalid_request"},
	}
	client := ctx.Value(oauth2.HTTPClient).(*http.Client)
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			method, kind := http.MethodPost, "application/x-www-form-urlencoded"
			if tc.method != "" {
				method = tc.method
			}
			if tc.kind != "" {
				kind = tc.kind
			}
			req, err := http.NewRequestWithContext(ctx, method, i.URL()+issuer.TokenPath, strings.NewReader(tc.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", kind)
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			var got struct {
				Error       string `json:"error"`
				Description string `json:"error_description"`
			}
			if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != tc.status || got.Error != tc.want || got.Description == "" {
				t.Errorf("got %d %+v, want %d %s and a description", resp.StatusCode, got, tc.status, tc.want)
			}
		})
	}
}

func TestTokenSourceTellsTheRefusal(t *testing.T) {
	i, ctx := start(t, "", nil)
	_, err := issuer.TokenSource(ctx, i.URL(), "", nil).Token()
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) || refused.ErrorCode != "invalid_request" {
		t.Errorf("got %v, want the issuer's invalid_request", err)
	}
}

func TestRotateKeepsOneKeyBack(t *testing.T) {
	i, ctx := start(t, "", nil)
	sign := func() string {
		token, err := i.Sign("mary", nil, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	rotate := func() {
		if err := i.Rotate(); err != nil {
			t.Fatal(err)
		}
	}
	first := sign()
	rotate()
	second := sign()
	for name, token := range map[string]string{"before": first, "after": second} {
		if _, err := verify(ctx, i, token); err != nil {
			t.Errorf("signed %s the rotation: %v", name, err)
		}
	}
	rotate()
	if _, err := verify(ctx, i, first); err == nil {
		t.Error("a token verified whose key was withdrawn")
	}
	if _, err := verify(ctx, i, second); err != nil {
		t.Error(err)
	}
}

func TestKeyFileOutlivesTheProcess(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys.json")
	withFile := func(o *issuer.Options) { o.KeyFile, o.URL = file, "http://issuer.test" }
	before, _ := start(t, "", withFile)
	if err := before.Rotate(); err != nil {
		t.Fatal(err)
	}
	after, _ := start(t, "", withFile)
	if diff := cmp.Diff(keys(t, before), keys(t, after)); diff != "" {
		t.Errorf("the key set changed (-before +after):\n%s", diff)
	}
	if strings.Contains(keys(t, after), `"d"`) {
		t.Error("the key set shows the private key")
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
	if left, _ := os.ReadDir(filepath.Dir(file)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func keys(t *testing.T, i *issuer.Issuer) string {
	t.Helper()
	w := httptest.NewRecorder()
	i.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://any.host.at.all"+issuer.KeysPath, nil))
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestNewRefuses(t *testing.T) {
	damaged := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(damaged, []byte(`{"keys":[`), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		opts issuer.Options
		want string
	}{
		"no URL":                  {want: "must be http"},
		"another scheme":          {opts: issuer.Options{URL: "ftp://host"}, want: "must be http"},
		"a query":                 {opts: issuer.Options{URL: "http://host/?a=b"}, want: "no query"},
		"a pattern":               {opts: issuer.Options{URL: "http://host/{a}"}, want: "must be http"},
		"a TTL below a second":    {opts: issuer.Options{URL: "http://host", TokenTTL: time.Millisecond}, want: "at least a second"},
		"a damaged key file":      {opts: issuer.Options{URL: "http://host", KeyFile: damaged}, want: "delete it"},
		"a folder that is absent": {opts: issuer.Options{URL: "http://host", KeyFile: "/nowhere/at/all/keys.json"}, want: "no such file"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			tc.opts.Logger = slog.New(slog.DiscardHandler)
			if _, err := issuer.New(tc.opts); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want an error with %q", err, tc.want)
			}
		})
	}
}
