package auth_test

import (
	"strings"
	"testing"

	"github.com/pullmode/operator/runtime/auth"
)

func TestSetIssuersRefuses(t *testing.T) {
	good := auth.Issuer{URL: "https://id.test", Audience: "pullmode"}
	tests := map[string]struct {
		change func(*auth.Issuer)
		want   string
	}{
		"no URL":             {func(i *auth.Issuer) { i.URL = "" }, "https://host"},
		"plain HTTP":         {func(i *auth.Issuer) { i.URL = "http://id.test" }, "must be https"},
		"a query":            {func(i *auth.Issuer) { i.URL += "?a=b" }, "no query"},
		"no audience":        {func(i *auth.Issuer) { i.Audience = "" }, "audience"},
		"a bundle of no PEM": {func(i *auth.Issuer) { i.CABundle = "nonsense" }, "PEM"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			s := serve(t, nil)
			bad := good
			tc.change(&bad)
			v := auth.NewVerifier(auth.Options{Logger: quiet})
			err := v.SetIssuers([]auth.Issuer{bad, s.config(), s.config()})
			for _, want := range []string{tc.want, "configured twice"} {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want an error with %q", err, want)
				}
			}
			if _, err := v.Verify(t.Context(), sign(t, s.Issuer, "mary")); err != nil {
				t.Errorf("the good one is shut out by the bad one: %v", err)
			}
		})
	}
}

func TestIssuersAreReplacedWhileRunning(t *testing.T) {
	a, b := serve(t, nil), serve(t, nil)
	v := verifier(t, newClock(), a.config())
	fromA, fromB := sign(t, a.Issuer, "mary"), sign(t, b.Issuer, "mary")
	if _, err := v.Verify(t.Context(), fromA); err != nil {
		t.Fatal(err)
	}
	_, err := v.Verify(t.Context(), fromB)
	refused(t, err, auth.ErrInvalidToken, auth.ReasonUnknownIssuer)

	// B joins: A is not asked again.
	if err := v.SetIssuers([]auth.Issuer{a.config(), b.config()}); err != nil {
		t.Fatal(err)
	}
	asked := a.asked.Load()
	for _, token := range []string{fromA, fromB} {
		if _, err := v.Verify(t.Context(), token); err != nil {
			t.Error(err)
		}
	}
	if a.asked.Load() != asked {
		t.Error("an issuer that did not change was asked again")
	}

	// A leaves: a token that was verified before counts no more.
	if err := v.SetIssuers([]auth.Issuer{b.config()}); err != nil {
		t.Fatal(err)
	}
	_, err = v.Verify(t.Context(), fromA)
	refused(t, err, auth.ErrInvalidToken, auth.ReasonUnknownIssuer)

	// B asks for another audience: the verdict of before does not count either.
	config := b.config()
	config.Audience = "other"
	if err := v.SetIssuers([]auth.Issuer{config}); err != nil {
		t.Fatal(err)
	}
	_, err = v.Verify(t.Context(), fromB)
	refused(t, err, auth.ErrInvalidToken, auth.ReasonAudience)
}
