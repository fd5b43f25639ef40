package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/internal/leak"
	"github.com/pullmode/operator/runtime/internal/port"
)

func TestMain(m *testing.M) { leak.Main(m) }

// receiver is a real server, and a poster that may reach it.
func receiver(t *testing.T, answer http.HandlerFunc, change ...func(*Options)) (*Poster, Target) {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	o := Options{AllowLoopback: true}
	for _, c := range change {
		c(&o)
	}
	p := NewPoster(o)
	t.Cleanup(p.CloseIdle)
	return p, Target{URL: server.URL + "/hook?token=secret", Keys: []string{"k"}}
}

func TestPost(t *testing.T) {
	var got http.Header
	var genuine error
	p, to := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got, genuine = r.Header, Verify(r.Header, body, []string{"k"}, time.Now())
		w.WriteHeader(http.StatusNoContent)
	})
	if err := p.Post(t.Context(), to, "m1", "application/json", []byte(`{"text":"yes"}`)); err != nil || genuine != nil {
		t.Fatalf("%v, %v", err, genuine)
	}
	if got.Get("Content-Type") != "application/json" || got.Get(HeaderID) != "m1" || got.Get("User-Agent") != "pullmode" {
		t.Errorf("headers %v", got)
	}
}

func TestAnswers(t *testing.T) {
	answer := func(status int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
		}
	}
	problem := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = io.WriteString(w, body)
		}
	}
	const refused422 = "the receiver answered 422 Unprocessable Entity"
	for name, tc := range map[string]struct {
		answer http.HandlerFunc
		want   *Error
	}{
		"200":                       {answer(200), nil},
		"202":                       {answer(202), nil},
		"400 is final":              {answer(400), &Error{Final: true, Status: 400, Reason: "the receiver answered 400 Bad Request"}},
		"410 is final":              {answer(410), &Error{Final: true, Status: 410, Reason: "the receiver answered 410 Gone"}},
		"408 passes":                {answer(408), &Error{Status: 408, Reason: "the receiver answered 408 Request Timeout"}},
		"429 passes, and says when": {answer(429, "Retry-After", "7"), &Error{Status: 429, RetryAfter: 7 * time.Second, Reason: "the receiver answered 429 Too Many Requests"}},
		"500 passes":                {answer(500), &Error{Status: 500, Reason: "the receiver answered 500 Internal Server Error"}},
		"503 in the past":           {answer(503, "Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"), &Error{Status: 503, Reason: "the receiver answered 503 Service Unavailable"}},
		"301 is not followed": {answer(301, "Location", "/elsewhere"), &Error{Final: true, Status: 301,
			Reason: "the receiver answered 301 Moved Permanently: redirects are not followed, give the address that it moved to"}},
		"a problem's detail":     {problem(`{"title":"No","detail":"the number is not on WhatsApp"}`), &Error{Final: true, Status: 422, Reason: refused422 + ": the number is not on WhatsApp"}},
		"a problem's title":      {problem(`{"title":"Not\nallowed\u0007"}`), &Error{Final: true, Status: 422, Reason: refused422 + ": Not allowed "}},
		"a long story":           {problem(`{"detail":"` + strings.Repeat("ä", 300) + `"}`), &Error{Final: true, Status: 422, Reason: refused422 + ": " + strings.Repeat("ä", 200) + "…"}},
		"a problem that is none": {problem("<html>"), &Error{Final: true, Status: 422, Reason: refused422}},
		"a page is not shown": {func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "root:x:0:0", http.StatusForbidden)
		}, &Error{Final: true, Status: 403, Reason: "the receiver answered 403 Forbidden"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, to := receiver(t, tc.answer)
			var got *Error
			err := p.Post(t.Context(), to, "m1", "text/plain", nil)
			if err != nil && !errors.As(err, &got) {
				t.Fatalf("%T: %v", err, err)
			}
			if diff := cmp.Diff(tc.want, got, cmp.Comparer(func(a, b *Error) bool {
				if a == nil || b == nil {
					return a == b
				}
				return *a == *b
			})); diff != "" {
				t.Error(diff)
			}
			if got != nil && got.Rejected() != (got.Final && got.Status >= 400) {
				t.Errorf("rejected: %v", got.Rejected())
			}
		})
	}
}

// A redirect leads nowhere, not even to where it could.
func TestRedirectsAreNotFollowed(t *testing.T) {
	followed := false
	p, to := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/elsewhere" {
			followed = true
		}
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	if err := p.Post(t.Context(), to, "m1", "text/plain", []byte("x")); err == nil || followed {
		t.Errorf("%v, followed %v", err, followed)
	}
}

// 500 and then 200: the same message may be posted again.
func TestPostAgain(t *testing.T) {
	var ids []string
	p, to := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		if ids = append(ids, r.Header.Get(HeaderID)); len(ids) == 1 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	var e *Error
	if err := p.Post(t.Context(), to, "m1", "text/plain", nil); !errors.As(err, &e) || e.Final {
		t.Fatalf("the first: %v", err)
	}
	if err := p.Post(t.Context(), to, "m1", "text/plain", nil); err != nil {
		t.Fatalf("the second: %v", err)
	}
	if diff := cmp.Diff([]string{"m1", "m1"}, ids); diff != "" {
		t.Error(diff)
	}
}

func TestBrokenReceivers(t *testing.T) {
	hang := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // so that the server sees the connection end
		<-r.Context().Done()
	}
	hijack := func(said string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = io.WriteString(conn, said)
			_ = conn.Close()
		}
	}
	for name, tc := range map[string]struct {
		answer http.HandlerFunc
		want   string // empty: taken
	}{
		"slow":                            {hang, "the receiver did not answer in time"},
		"closing before it answers":       {hijack(""), "the receiver's connection broke"},
		"closing within its headers":      {hijack("HTTP/1.1 200 OK\r\nConte"), "the receiver's connection broke"},
		"closing within its body":         {hijack("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), ""},
		"not speaking HTTP":               {hijack("220 mail.example.com ESMTP\r\n"), "the receiver's connection broke"},
		"answering with headers for ever": {hijack("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<20)), "the receiver's connection broke"},
		"answering with a body for ever": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, to := receiver(t, tc.answer, func(o *Options) {
				if name == "slow" { // the others fail by what they do
					o.Timeout = 300 * time.Millisecond
				}
			})
			err := p.Post(t.Context(), to, "m1", "text/plain", []byte("x"))
			var e *Error
			switch {
			case tc.want == "" && err == nil:
			case tc.want == "" || !errors.As(err, &e) || e.Final || e.Reason != tc.want:
				t.Errorf("%#v, want %q", err, tc.want)
			case strings.Contains(err.Error(), "secret"):
				t.Errorf("the URL is shown: %v", err)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	p := NewPoster(Options{AllowLoopback: true, Refused: []netip.Prefix{netip.MustParsePrefix("127.0.0.9/32")}})
	defer p.CloseIdle()
	for name, tc := range map[string]struct {
		url   string
		final bool
		want  string
	}{
		"nobody listens":    {"http://" + port.Reserve(t), false, "nothing listens at the receiver's address"},
		"no such host":      {"http://receiver..invalid/", false, "the receiver's host receiver..invalid is not found"}, // no name server need be asked
		"a file":            {"file:///etc/passwd", true, "the receiver's URL is none: give http(s)://host[:port]/path"},
		"no URL":            {"", true, "the receiver's URL is none: give http(s)://host[:port]/path"},
		"a refused address": {"http://127.0.0.9:1/", true, "the address 127.0.0.9 is not allowed: it belongs to the machine or the cluster itself"},
	} {
		t.Run(name, func(t *testing.T) {
			var e *Error
			err := p.Post(t.Context(), Target{URL: tc.url}, "m1", "text/plain", nil)
			if !errors.As(err, &e) || e.Final != tc.final || e.Reason != tc.want {
				t.Errorf("%v, want %q", err, tc.want)
			}
		})
	}
}

func TestACallerGivesUp(t *testing.T) {
	arrived := make(chan struct{})
	p, to := receiver(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(arrived)
		<-r.Context().Done()
	})
	why := errors.New("not elected any more")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		<-arrived
		cancel(why)
	}()
	if err := p.Post(ctx, to, "m1", "text/plain", nil); !errors.Is(err, why) {
		t.Errorf("%v", err)
	}
}

func TestBackoff(t *testing.T) {
	b := Backoff{Least: time.Second, Most: 10 * time.Second}
	for _, bound := range []time.Duration{1, 2, 4, 8, 10, 10} {
		if got := b.Next(); got < 0 || got > bound*time.Second {
			t.Errorf("waits %s, want at most %d s", got, bound)
		}
	}
}

func ExampleVerify() {
	http.HandleFunc("/hook", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			return
		}
		if err := Verify(r.Header, body, []string{"the key that the Channel's secretRef names"}, time.Now()); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		fmt.Println("take the message, unless its", HeaderID, "came before")
	})
}
