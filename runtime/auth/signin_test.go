package auth_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/auth"
)

func TestSignIn(t *testing.T) {
	plain, own := serve(t, nil), serve(t, nil)
	config := own.config()
	config.ClientID, config.Scopes = "desk", []string{"openid", "offline_access"}
	v := verifier(t, newClock(), plain.config(), config)
	if diff := cmp.Diff([]string{plain.URL(), own.URL()}, v.SignInOrigins(), unordered); diff != "" {
		t.Errorf("before anybody was asked (-want +got):\n%s", diff)
	}
	ways := v.SignIn(t.Context())
	want := map[string]auth.SignIn{
		plain.URL(): {
			Issuer:    auth.Issuer{URL: plain.URL(), Audience: "pullmode", ClientID: "pullmode", Scopes: []string{"openid", "profile"}},
			Endpoints: auth.Endpoints{Authorization: plain.URL() + "/authorize", Token: plain.URL() + "/token", EndSession: plain.URL() + "/end-session"},
		},
		own.URL(): {
			Issuer:    auth.Issuer{URL: own.URL(), Audience: "pullmode", ClientID: "desk", Scopes: []string{"openid", "offline_access"}},
			Endpoints: auth.Endpoints{Authorization: own.URL() + "/authorize", Token: own.URL() + "/token", EndSession: own.URL() + "/end-session"},
		},
	}
	if len(ways) != len(want) || ways[0].URL > ways[1].URL {
		t.Fatalf("%+v", ways)
	}
	for _, way := range ways {
		said := want[way.URL]
		if way.Err != nil || way.ClientID != said.ClientID || way.Audience != said.Audience {
			t.Errorf("%+v", way)
		}
		if diff := cmp.Diff(said.Scopes, way.Scopes); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(said.Endpoints, way.Endpoints); diff != "" {
			t.Error(diff)
		}
	}
	asked := plain.asked.Load()
	v.SignIn(t.Context())
	if again := plain.asked.Load(); again != asked {
		t.Errorf("the issuer was asked again: %d times, then %d", asked, again)
	}
}

var unordered = cmp.Transformer("set", func(all []string) map[string]bool {
	set := map[string]bool{}
	for _, one := range all {
		set[one] = true
	}
	return set
})

// An issuer that does not answer is said to be unavailable, and holds nobody up but
// the first who asks.
func TestSignInWhereAnIssuerIsSilent(t *testing.T) {
	well, stuck := serve(t, nil), serve(t, nil)
	stuck.swap(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	c := newClock()
	v := verifier(t, c, well.config(), stuck.config())
	if _, err := v.Verify(t.Context(), sign(t, well.Issuer, "mary")); err != nil {
		t.Fatal(err) // it is known, however long the stuck one holds them up
	}
	available := func() map[string]bool {
		found := map[string]bool{}
		for _, way := range v.SignIn(t.Context()) {
			found[way.URL] = way.Err == nil && way.Authorization != ""
		}
		return found
	}
	want := map[string]bool{well.URL(): true, stuck.URL(): false}
	for range 2 {
		if diff := cmp.Diff(want, available()); diff != "" {
			t.Errorf("available (-want +got):\n%s", diff)
		}
	}
	if asked := stuck.asked.Load(); asked != 1 {
		t.Errorf("asked %d times, want the second who came not to wait", asked)
	}
	stuck.swap(stuck.Issuer.ServeHTTP)
	if _, err := v.Verify(t.Context(), sign(t, stuck.Issuer, "mary")); err != nil {
		t.Errorf("a token asks all the same: %v", err)
	}
	want[stuck.URL()] = true
	if diff := cmp.Diff(want, available()); diff != "" {
		t.Errorf("once it has answered (-want +got):\n%s", diff)
	}

	// Keys that are known go on counting, and nobody can sign in.
	well.silent.Store(true)
	want[well.URL()] = false
	c.advance(20 * time.Minute) // they are due to be read anew
	if diff := cmp.Diff(want, available()); diff != "" {
		t.Errorf("when it falls silent (-want +got):\n%s", diff)
	}
	if _, err := v.Verify(t.Context(), sign(t, well.Issuer, "mary")); err != nil {
		t.Error(err)
	}
}

// Browsers are sent only where the issuer itself may be read from.
func TestSignInKeepsToTLS(t *testing.T) {
	tests := map[string]struct {
		endpoints string
		allow     bool
		want      auth.Endpoints
	}{
		"over TLS":          {`"authorization_endpoint":"https://a.test/x","token_endpoint":"https://b.test/y"`, false, auth.Endpoints{Authorization: "https://a.test/x", Token: "https://b.test/y"}},
		"in the clear":      {`"authorization_endpoint":"http://a.test/x","token_endpoint":"javascript:alert(1)"`, false, auth.Endpoints{}},
		"which is allowed":  {`"authorization_endpoint":"http://a.test/x","end_session_endpoint":"data:,"`, true, auth.Endpoints{Authorization: "http://a.test/x"}},
		"for programs only": {`"device_authorization_endpoint":"https://a.test/x"`, false, auth.Endpoints{}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			s, config := serveTLS(t)
			config.AllowHTTP = tc.allow
			keys := s.handler.Load()
			s.swap(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/.well-known/openid-configuration" {
					(*keys)(w, r)
					return
				}
				_, _ = w.Write([]byte(`{"issuer":"` + config.URL + `","jwks_uri":"` + config.URL + `/keys",` + tc.endpoints + `}`))
			})
			ways := verifier(t, newClock(), config).SignIn(t.Context())
			if len(ways) != 1 || ways[0].Err != nil {
				t.Fatalf("%+v", ways)
			}
			if diff := cmp.Diff(tc.want, ways[0].Endpoints); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
