package desk_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/desk"
)

// get asks a desk for a path, as a browser at runtime.example does.
func get(h http.Handler, path string, header ...string) *http.Response {
	return ask(h, http.MethodGet, path, header...)
}

func ask(h http.Handler, method, path string, header ...string) *http.Response {
	r := httptest.NewRequest(method, "http://runtime.example"+path, nil)
	for pair := range slices.Chunk(header, 2) {
		r.Header.Set(pair[0], pair[1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, resp *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPaths(t *testing.T) {
	const page, script = "text/html; charset=utf-8", "text/javascript; charset=utf-8"
	type answer struct {
		Status         int
		Type, Location string
	}
	for name, tc := range map[string]struct {
		path string
		want answer
	}{
		"the desk":                      {"/desk/", answer{200, page, ""}},
		"the desk by its file":          {"/desk/index.html", answer{301, page, "/desk/"}},
		"a module":                      {"/desk/main.js", answer{200, script, ""}},
		"a module in a folder":          {"/desk/core/model.js", answer{200, script, ""}},
		"a request":                     {"/desk/requests/01M81SBW6BEN9T7A467T9E3N5P", answer{200, page, ""}},
		"a list with a dot in its name": {"/desk/lists/sales.example", answer{200, page, ""}},
		"a module that is not there":    {"/desk/core/nothing.js", answer{404, page, ""}},
		"a style that is not there":     {"/desk/style/nothing.css", answer{404, page, ""}},
		"a file that is not there":      {"/desk/nothing.js", answer{404, page, ""}},
		"a list named like a file":      {"/desk/lists/app.js", answer{200, page, ""}},
		"the page for what is not":      {"/desk/404.html", answer{404, page, ""}},
		"a folder":                      {"/desk/core/", answer{404, page, ""}},
		"out of the folder":             {"/desk/../desk.go", answer{200, page, ""}},
		"beside the desk":               {"/other/", answer{404, page, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			resp := get(desk.Handler(desk.Options{}), tc.path)
			got := answer{resp.StatusCode, resp.Header.Get("Content-Type"), resp.Header.Get("Location")}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestMethods(t *testing.T) {
	h := desk.Handler(desk.Options{})
	resp := ask(h, http.MethodPost, "/desk/")
	if resp.StatusCode != http.StatusMethodNotAllowed || resp.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST is answered %d, Allow: %s", resp.StatusCode, resp.Header.Get("Allow"))
	}
	head, full := ask(h, http.MethodHead, "/desk/main.js"), get(h, "/desk/main.js")
	if diff := cmp.Diff(full.Header, head.Header); diff != "" || body(t, head) != "" {
		t.Errorf("HEAD (-GET +HEAD):\n%s", diff)
	}
}

// What a browser has is not sent again, in whichever of its two forms it has it.
func TestNothingIsSentTwice(t *testing.T) {
	h := desk.Handler(desk.Options{})
	for _, encoding := range []string{"", "gzip, br"} {
		first := get(h, "/desk/core/model.js", "Accept-Encoding", encoding)
		etag := first.Header.Get("ETag")
		if first.Header.Get("Cache-Control") != "no-cache" || etag == "" || first.Header.Get("Vary") != "Accept-Encoding" {
			t.Fatalf("headers: %v", first.Header)
		}
		for _, tag := range []string{etag, "W/" + etag, `"other", ` + etag, "*"} {
			again := get(h, "/desk/core/model.js", "Accept-Encoding", encoding, "If-None-Match", tag)
			if again.StatusCode != http.StatusNotModified || body(t, again) != "" || again.Header.Get("ETag") != etag {
				t.Errorf("If-None-Match: %s is answered %d", tag, again.StatusCode)
			}
		}
		if changed := get(h, "/desk/core/model.js", "Accept-Encoding", encoding, "If-None-Match", `"other"`); changed.StatusCode != http.StatusOK {
			t.Errorf("another version is answered %d", changed.StatusCode)
		}
	}
}

func TestCompression(t *testing.T) {
	h := desk.Handler(desk.Options{})
	plain := body(t, get(h, "/desk/core/model.js"))
	for accept, want := range map[string]string{
		"gzip": "gzip", "deflate, gzip;q=1.0, *;q=0.5": "gzip", "br, gzip;q=0.1": "gzip",
		"": "", "br": "", "gzip;q=0": "", "gzip; q=0.0": "", "gzip;q=x": "", "gzipped": "",
	} {
		resp := get(h, "/desk/core/model.js", "Accept-Encoding", accept)
		if got := resp.Header.Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding: %q is answered with %q", accept, got)
		}
		read := resp.Body.(io.Reader)
		if want != "" {
			unpacked, err := gzip.NewReader(read)
			if err != nil {
				t.Fatal(err)
			}
			read = unpacked
		}
		var got bytes.Buffer
		if _, err := got.ReadFrom(read); err != nil || got.String() != plain {
			t.Errorf("Accept-Encoding: %q: %v, and %d bytes instead of %d", accept, err, got.Len(), len(plain))
		}
	}
}

// A page may do nothing that is not its own, whatever a caller or an issuer says.
func TestPolicy(t *testing.T) {
	h := desk.Handler(desk.Options{Connect: func() []string {
		return []string{
			"https://login.example", "https://login.example", "http://127.0.0.1:9000", "https://[::1]:8443",
			"https://evil.example; script-src *", "https://evil.example/path", "javascript:", "*", "",
		}
	}})
	for _, path := range []string{"/desk/", "/desk/index.html", "/desk/main.js", "/desk/requests/1", "/desk/no.js"} {
		header := get(h, path).Header
		want := strings.Join([]string{
			"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "manifest-src 'self'",
			"connect-src 'self' ws://runtime.example wss://runtime.example https://login.example http://127.0.0.1:9000 https://[::1]:8443",
			"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
		}, "; ")
		if diff := cmp.Diff(want, header.Get("Content-Security-Policy")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s: %q", path, name, got)
			}
		}
	}
}

func TestPolicyOfAStrangeHost(t *testing.T) {
	for host, want := range map[string]string{
		"runtime.example:8080": "'self' ws://runtime.example:8080 wss://runtime.example:8080",
		"[::1]:8080":           "'self' ws://[::1]:8080 wss://[::1]:8080",
		"a.example; img-src *": "'self'",
		"a.example *":          "'self'",
		"":                     "'self'",
	} {
		r := httptest.NewRequest(http.MethodGet, "/desk/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		desk.Handler(desk.Options{}).ServeHTTP(w, r)
		if got := w.Header().Get("Content-Security-Policy"); !strings.Contains(got, "connect-src "+want+"; ") {
			t.Errorf("of %q: %s", host, got)
		}
	}
}

// Only a browser that looks at the root is sent to the desk.
func TestFront(t *testing.T) {
	h := desk.Front(http.NotFoundHandler())
	for name, tc := range map[string]struct {
		method, path, accept string
		want                 int
	}{
		"a browser":               {http.MethodGet, "/", "text/html,application/xhtml+xml,*/*;q=0.8", http.StatusFound},
		"a program":               {http.MethodGet, "/", "*/*", http.StatusNotFound},
		"a program without words": {http.MethodGet, "/", "", http.StatusNotFound},
		"a browser elsewhere":     {http.MethodGet, "/v1", "text/html", http.StatusNotFound},
		"a form":                  {http.MethodPost, "/", "text/html", http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			resp := ask(h, tc.method, tc.path, "Accept", tc.accept)
			if resp.StatusCode != tc.want {
				t.Errorf("answered %d", resp.StatusCode)
			}
			if location := resp.Header.Get("Location"); (tc.want == http.StatusFound) != (location == "/desk/") {
				t.Errorf("to %q", location)
			}
		})
	}
}
