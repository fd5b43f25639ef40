package auth_test

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/issuer"
)

func TestAnIssuerThatIsDownAtFirstHeals(t *testing.T) {
	down, up := serve(t, nil), serve(t, nil)
	// It breaks connections off, and keeps its port: a free one may be somebody else's.
	down.swap(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	c := newClock()
	v := verifier(t, c, down.config(), up.config())
	token := sign(t, down.Issuer, "mary")

	_, err := v.Verify(t.Context(), token)
	refused(t, err, auth.ErrIssuerUnavailable, auth.ReasonIssuerUnavailable)
	var failed *auth.Error
	if !errors.As(err, &failed) || failed.RetryAfter <= 0 || failed.Issuer != down.URL() || failed.Cause == nil {
		t.Errorf("got %+v, want when to retry, which issuer and why", failed)
	}
	if _, err := v.Verify(t.Context(), sign(t, up.Issuer, "eve")); err != nil {
		t.Errorf("the other issuer: %v", err)
	}

	down.swap(down.Issuer.ServeHTTP)
	asked := down.asked.Load()
	_, err = v.Verify(t.Context(), token)
	refused(t, err, auth.ErrIssuerUnavailable, auth.ReasonIssuerUnavailable)
	if n := down.asked.Load(); n != asked {
		t.Errorf("asked %d times within the backoff", n-asked)
	}
	c.advance(failed.RetryAfter)
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Errorf("after the backoff: %v", err)
	}
}

func TestBackoffGrowsToItsBound(t *testing.T) {
	s := serve(t, nil)
	s.silent.Store(true)
	c := newClock()
	v := verifier(t, c, s.config())
	token := sign(t, s.Issuer, "mary")
	for _, want := range []int{1, 2, 4, 8, 16, 30, 30} {
		_, err := v.Verify(t.Context(), token)
		var failed *auth.Error
		if !errors.As(err, &failed) {
			t.Fatalf("got %v", err)
		}
		wait := time.Duration(want) * time.Second
		if failed.RetryAfter != wait {
			t.Errorf("retry after %v, want %v", failed.RetryAfter, wait)
		}
		c.advance(wait)
	}
}

func TestKeysRotateWithoutARestart(t *testing.T) {
	s := serve(t, nil)
	c := newClock()
	v := verifier(t, c, s.config())
	verify := func(token string) error { _, err := v.Verify(t.Context(), token); return err }

	first := sign(t, s.Issuer, "mary")
	if err := verify(first); err != nil {
		t.Fatal(err)
	}
	rotate(t, s.Issuer)
	if err := verify(sign(t, s.Issuer, "mary")); err != nil {
		t.Errorf("signed with the new key: %v", err)
	}
	if err := verify(sign(t, s.Issuer, "eve")); err != nil {
		t.Errorf("the key is known by now: %v", err)
	}
	rotate(t, s.Issuer) // withdraws the first key
	c.advance(16 * time.Minute)
	refused(t, verify(first), auth.ErrInvalidToken, auth.ReasonSignature)
}

func TestAnOutageLocksNobodyOut(t *testing.T) {
	s := serve(t, nil)
	c := newClock()
	v := verifier(t, c, s.config())
	if _, err := v.Verify(t.Context(), sign(t, s.Issuer, "mary")); err != nil {
		t.Fatal(err)
	}
	s.silent.Store(true)
	c.advance(20 * time.Minute) // discovery is due, and fails
	if _, err := v.Verify(t.Context(), sign(t, s.Issuer, "eve")); err != nil {
		t.Errorf("the keys are known: %v", err)
	}
	rotate(t, s.Issuer)
	_, err := v.Verify(t.Context(), sign(t, s.Issuer, "eve"))
	refused(t, err, auth.ErrIssuerUnavailable, auth.ReasonIssuerUnavailable)
	s.silent.Store(false)
	c.advance(time.Minute)
	if _, err := v.Verify(t.Context(), sign(t, s.Issuer, "eve")); err != nil {
		t.Errorf("the issuer is back: %v", err)
	}
}

func TestGarbageDoesNotFloodTheIssuer(t *testing.T) {
	s := serve(t, nil)
	v := verifier(t, newClock(), s.config())
	impostor, err := issuer.New(issuer.Options{URL: s.URL(), Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		if _, err := v.Verify(t.Context(), sign(t, impostor, "mary")); err == nil {
			t.Fatal("a forged token was accepted")
		}
	}
	if n := s.asked.Load(); n > 10 { // five readings of two documents
		t.Errorf("the issuer was asked %d times", n)
	}
	if _, err := v.Verify(t.Context(), sign(t, s.Issuer, "mary")); err != nil {
		t.Errorf("a good token meanwhile: %v", err)
	}
}

// A token signed with a new key must not be judged by keys that somebody else began
// to read before the rotation.
func TestARotationWhileKeysAreBeingRead(t *testing.T) {
	s := serve(t, nil)
	v := verifier(t, newClock(), s.config())
	if _, err := v.Verify(t.Context(), sign(t, s.Issuer, "mary")); err != nil {
		t.Fatal(err)
	}
	impostor, err := issuer.New(issuer.Options{URL: s.URL(), Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	read, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.swap(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != issuer.KeysPath {
			s.Issuer.ServeHTTP(w, r)
			return
		}
		before := httptest.NewRecorder()
		s.Issuer.ServeHTTP(before, r)
		once.Do(func() { close(read); <-release })
		_, _ = w.Write(before.Body.Bytes())
	})
	var all sync.WaitGroup
	forged := make(chan struct{})
	all.Go(func() {
		defer close(forged)
		_, err := v.Verify(t.Context(), sign(t, impostor, "mary"))
		refused(t, err, auth.ErrInvalidToken, auth.ReasonSignature)
	})
	select {
	case <-read:
	case <-forged:
		t.Error("an unknown key did not make the keys be read")
	}
	rotate(t, s.Issuer)
	all.Go(func() {
		if _, err := v.Verify(t.Context(), sign(t, s.Issuer, "eve")); err != nil {
			t.Error(err)
		}
	})
	close(release)
	all.Wait()
}

func TestAForgeryWithAKnownKeyAsksNobody(t *testing.T) {
	s := serve(t, nil)
	v := verifier(t, newClock(), s.config())
	token := sign(t, s.Issuer, "mary")
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	asked := s.asked.Load()
	cut := strings.LastIndexByte(token, '.') + 1
	_, err := v.Verify(t.Context(), token[:cut]+flip(token[cut:]))
	refused(t, err, auth.ErrInvalidToken, auth.ReasonSignature)
	if s.asked.Load() != asked {
		t.Error("a forged token made the issuer be asked")
	}
}

func TestKeysThatAreNotUnderstoodArePassedOver(t *testing.T) {
	s := serve(t, nil)
	s.swap(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != issuer.KeysPath {
			s.Issuer.ServeHTTP(w, r)
			return
		}
		own := httptest.NewRecorder()
		s.Issuer.ServeHTTP(own, r)
		_, _ = io.WriteString(w, strings.Replace(own.Body.String(), `[`, `[{"kty":"OKP","crv":"X448","x":"AA"},{"kty":"new"},{"kty":"oct","k":"c2VjcmV0"},`, 1))
	})
	if _, err := verifier(t, newClock(), s.config()).Verify(t.Context(), sign(t, s.Issuer, "mary")); err != nil {
		t.Error(err)
	}
}

func TestManyAtOnceDiscoverOnce(t *testing.T) {
	s := serve(t, nil)
	v := verifier(t, newClock(), s.config())
	token := sign(t, s.Issuer, "mary")
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			if _, err := v.Verify(t.Context(), token); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := s.asked.Load(); n != 2 {
		t.Errorf("asked %d times, want once for discovery and once for keys", n)
	}
}

// serveTLS also gives what to configure to reach it.
func serveTLS(t *testing.T) (*served, auth.Issuer) {
	t.Helper()
	s := &served{}
	s.server = httptest.NewUnstartedServer(s)
	s.server.Config.ErrorLog = log.New(io.Discard, "", 0) // refused certificates, on purpose
	s.server.StartTLS()
	t.Cleanup(s.server.Close)
	var err error
	if s.Issuer, err = issuer.New(issuer.Options{URL: s.server.URL, Logger: quiet}); err != nil {
		t.Fatal(err)
	}
	s.swap(s.Issuer.ServeHTTP)
	bundle := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.server.Certificate().Raw})
	return s, auth.Issuer{URL: s.URL(), Audience: issuer.DefaultAudience, CABundle: string(bundle)}
}

func TestCABundle(t *testing.T) {
	s, config := serveTLS(t)
	token := sign(t, s.Issuer, "mary")
	if _, err := verifier(t, newClock(), config).Verify(t.Context(), token); err != nil {
		t.Error(err)
	}
	config.CABundle = ""
	_, err := verifier(t, newClock(), config).Verify(t.Context(), token)
	refused(t, err, auth.ErrIssuerUnavailable, auth.ReasonIssuerUnavailable)
}

func TestKeysOverPlainHTTP(t *testing.T) {
	s, config := serveTLS(t)
	plain := serve(t, nil)
	s.swap(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, s.URL(), plain.URL()+issuer.KeysPath)
	})
	_, err := verifier(t, newClock(), config).Verify(t.Context(), sign(t, s.Issuer, "mary"))
	refused(t, err, auth.ErrIssuerUnavailable, auth.ReasonIssuerUnavailable)
	if plain.asked.Load() != 0 {
		t.Error("keys were read without TLS")
	}
}

func TestAnIssuerThatAnswersWrong(t *testing.T) {
	document := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }
	}
	tests := map[string]struct {
		handler func(s *served) http.HandlerFunc
		want    string
	}{
		"a login page":       {want: "did not answer JSON", handler: func(*served) http.HandlerFunc { return document("<html>") }},
		"an endless answer":  {want: "more than", handler: func(*served) http.HandlerFunc { return document(strings.Repeat(" ", 1<<20+1)) }},
		"another's document": {want: "did not match", handler: func(*served) http.HandlerFunc { return document(`{"issuer":"http://other"}`) }},
		"no keys":            {want: "jwks_uri", handler: func(s *served) http.HandlerFunc { return document(`{"issuer":"` + s.URL() + `"}`) }},
		"no usable key": {want: "has no key", handler: func(s *served) http.HandlerFunc {
			return document(`{"issuer":"` + s.URL() + `","jwks_uri":"` + s.URL() + `/keys","keys":[{"kty":"oct","k":"c2VjcmV0"}]}`)
		}},
		"keys nowhere": {want: "refuses the connection", handler: func(s *served) http.HandlerFunc {
			return document(`{"issuer":"` + s.URL() + `","jwks_uri":"http://127.0.0.1:1/"}`)
		}},
		"a redirect": {want: "302", handler: func(*served) http.HandlerFunc { return http.RedirectHandler("/elsewhere", http.StatusFound).ServeHTTP }},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			s := serve(t, nil)
			s.swap(tc.handler(s))
			_, err := verifier(t, newClock(), s.config()).Verify(t.Context(), sign(t, s.Issuer, "mary"))
			refused(t, err, auth.ErrIssuerUnavailable, auth.ReasonIssuerUnavailable)
			var failed *auth.Error
			if errors.As(err, &failed) && (failed.Cause == nil || !strings.Contains(failed.Cause.Error(), tc.want)) {
				t.Errorf("cause %v, want %q", failed.Cause, tc.want)
			}
		})
	}
}

func rotate(t *testing.T, i *issuer.Issuer) {
	t.Helper()
	if err := i.Rotate(); err != nil {
		t.Fatal(err)
	}
}
