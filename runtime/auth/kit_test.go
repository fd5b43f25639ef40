package auth_test

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/internal/leak"
	"github.com/pullmode/operator/runtime/issuer"
)

func TestMain(m *testing.M) { leak.Main(m) }

var quiet = slog.New(slog.DiscardHandler)

// clock stands still until the test moves it.
type clock struct {
	start time.Time
	moved atomic.Int64
}

func newClock() *clock                   { return &clock{start: time.Now()} }
func (c *clock) now() time.Time          { return c.start.Add(time.Duration(c.moved.Load())) }
func (c *clock) advance(d time.Duration) { c.moved.Add(int64(d)) }

// served is a real issuer behind a real server, which counts what it is asked.
type served struct {
	*issuer.Issuer
	asked   atomic.Int64
	silent  atomic.Bool // answer 503 to everything
	handler atomic.Pointer[http.HandlerFunc]
	server  *httptest.Server
}

func (s *served) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	if s.silent.Load() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	(*s.handler.Load())(w, r)
}

func (s *served) config() auth.Issuer {
	return auth.Issuer{URL: s.URL(), Audience: issuer.DefaultAudience, AllowHTTP: true}
}

// swap changes what the server answers, also while it runs.
func (s *served) swap(handler http.HandlerFunc) { s.handler.Store(&handler) }

func serve(t testing.TB, change func(*issuer.Options)) *served {
	t.Helper()
	s := &served{}
	s.server = httptest.NewUnstartedServer(s)
	opts := issuer.Options{URL: "http://" + s.server.Listener.Addr().String(), Logger: quiet}
	if change != nil {
		change(&opts)
	}
	var err error
	if s.Issuer, err = issuer.New(opts); err != nil {
		t.Fatal(err)
	}
	s.swap(s.Issuer.ServeHTTP)
	s.server.Start()
	t.Cleanup(s.server.Close)
	return s
}

func verifier(t testing.TB, c *clock, issuers ...auth.Issuer) *auth.Verifier {
	t.Helper()
	v := auth.NewVerifier(auth.Options{Clock: c.now, Logger: quiet})
	if err := v.SetIssuers(issuers); err != nil {
		t.Fatal(err)
	}
	return v
}

func sign(t testing.TB, i *issuer.Issuer, name string, groups ...string) string {
	t.Helper()
	token, err := i.Sign(name, groups, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func signClaims(t testing.TB, i *issuer.Issuer, claims map[string]any) string {
	t.Helper()
	all := map[string]any{"sub": "mary", "exp": time.Now().Add(time.Hour).Unix()}
	for name, value := range claims {
		all[name] = value
	}
	token, err := i.SignClaims(all)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// refused checks that err is of that kind and reason, and says something.
func refused(t *testing.T, err error, kind error, reason auth.Reason) {
	t.Helper()
	if !errors.Is(err, kind) || auth.ReasonOf(err) != reason || err.Error() == "" {
		t.Errorf("got %v (reason %q), want %v with reason %q", err, auth.ReasonOf(err), kind, reason)
	}
}
