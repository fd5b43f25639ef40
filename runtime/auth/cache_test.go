package auth_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/auth"
)

func TestARememberedTokenExpires(t *testing.T) {
	s := serve(t, nil)
	c := newClock()
	v := verifier(t, c, s.config())
	token, err := s.Sign("mary", nil, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	c.advance(time.Minute + auth.ClockSkew/2)
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Errorf("within the clock skew: %v", err)
	}
	c.advance(auth.ClockSkew)
	_, err = v.Verify(t.Context(), token)
	refused(t, err, auth.ErrInvalidToken, auth.ReasonExpired)
}

func TestCallersDoNotShareGroups(t *testing.T) {
	s := serve(t, nil)
	v := verifier(t, newClock(), s.config())
	token := sign(t, s.Issuer, "mary", "billing")
	for range 3 {
		agent, err := v.Verify(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		if agent.Groups[0] != "billing" {
			t.Fatalf("a caller changed what the next one gets: %v", agent.Groups)
		}
		agent.Groups[0] = "admins"
	}
}

func TestMoreTokensThanTheCacheHolds(t *testing.T) {
	s := serve(t, nil)
	v := auth.NewVerifier(auth.Options{Logger: quiet, CacheSize: 4})
	if err := v.SetIssuers([]auth.Issuer{s.config()}); err != nil {
		t.Fatal(err)
	}
	for n := range 50 {
		name := fmt.Sprintf("agent-%d", n%10)
		agent, err := v.Verify(t.Context(), sign(t, s.Issuer, name))
		if err != nil || agent.Name != name {
			t.Fatalf("got %v, %v, want %s", agent, err, name)
		}
	}
}

// BenchmarkVerify shows what remembering verified tokens is worth.
func BenchmarkVerify(b *testing.B) {
	s := serve(b, nil)
	token := sign(b, s.Issuer, "mary", "billing", "night", "weekend")
	for name, size := range map[string]int{"remembered": 0, "every time": -1} {
		b.Run(name, func(b *testing.B) {
			v := auth.NewVerifier(auth.Options{Logger: quiet, CacheSize: size})
			if err := v.SetIssuers([]auth.Issuer{s.config()}); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(b.Context(), token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
