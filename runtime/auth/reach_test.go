package auth_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/issuer"
)

// Who is out of reach for a moment is not named; who stays so is, until it answers.
func TestReach(t *testing.T) {
	well, moved := serve(t, nil), serve(t, nil)
	gone := auth.Issuer{URL: "http://127.0.0.1:1", Audience: issuer.DefaultAudience, AllowHTTP: true}
	moved.swap(func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) })
	trusted := []string{well.URL(), gone.URL, moved.URL()}
	c := newClock()
	v := verifier(t, c, well.config(), gone, moved.config())
	check := func(when string, silent ...auth.Reach) {
		t.Helper()
		v.Refresh(t.Context())
		want := slices.Clone(silent)
		for _, url := range trusted {
			if !slices.ContainsFunc(silent, func(r auth.Reach) bool { return r.Issuer == url }) {
				want = append(want, auth.Reach{Issuer: url})
			}
		}
		slices.SortFunc(want, func(a, b auth.Reach) int { return strings.Compare(a.Issuer, b.Issuer) })
		if diff := cmp.Diff(want, v.Reach()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	check("at first")
	c.advance(14 * time.Second)
	check("after 14 s")
	c.advance(time.Second)
	refuses, lost := auth.Reach{Issuer: gone.URL, Silence: "refuses the connection"}, auth.Reach{Issuer: moved.URL(), Silence: "cannot be asked: it answered 404 Not Found"}
	check("after 15 s", refuses, lost)
	moved.swap(moved.Issuer.ServeHTTP)
	check("before it is asked again", refuses, lost)
	c.advance(time.Minute)
	check("when it has answered", refuses)

	// Keys that are known are good, and nobody new can sign in.
	well.silent.Store(true)
	c.advance(10 * time.Minute)
	check("when keys are due", refuses)
	c.advance(15 * time.Second)
	check("when they were due for long", refuses, auth.Reach{Issuer: well.URL(), Silence: "cannot be asked: it answered 503 Service Unavailable"})

	if err := v.SetIssuers([]auth.Issuer{well.config()}); err != nil {
		t.Fatal(err)
	}
	trusted = trusted[:1]
	check("of those that are trusted", auth.Reach{Issuer: well.URL(), Silence: "cannot be asked: it answered 503 Service Unavailable"})
}

// An issuer that did not answer when a token of an unknown key asked for it, long
// before its keys were due, is asked again soon: nobody is kept from signing in, and
// it is not said to be out of reach, for longer than it was.
func TestReachAfterAMoment(t *testing.T) {
	s := serve(t, nil)
	c := newClock()
	v := verifier(t, c, s.config())
	v.Refresh(t.Context())
	impostor, err := issuer.New(issuer.Options{URL: s.URL(), Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	s.silent.Store(true)
	_, err = v.Verify(t.Context(), sign(t, impostor, "mary"))
	refused(t, err, auth.ErrIssuerUnavailable, auth.ReasonIssuerUnavailable)
	s.silent.Store(false)
	c.advance(time.Minute) // keys would be due in nine more
	v.Refresh(t.Context())
	if diff := cmp.Diff([]auth.Reach{{Issuer: s.URL()}}, v.Reach()); diff != "" {
		t.Errorf("it answers (-want +got):\n%s", diff)
	}
	if ways := v.SignIn(t.Context()); ways[0].Err != nil {
		t.Errorf("nobody can sign in: %v", ways[0].Err)
	}
}
