package desk

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// secure says what a page of the desk may do: nothing but what it is made of, calls
// to its own runtime, and those to where agents sign in. It holds agents' tokens and
// shows customers' words, so nothing else may run in it, and nobody may frame it.
func secure(header http.Header, r *http.Request, connect []string) {
	header.Set("Content-Security-Policy", policy(r.Host, connect))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
}

func policy(host string, connect []string) string {
	to := []string{"'self'"}
	if authority.MatchString(host) {
		// Older browsers do not take a WebSocket of the same host as 'self'. Whether
		// the page came over TLS is not known behind a proxy; one that did may not
		// use ws: anyway.
		to = append(to, "ws://"+host, "wss://"+host)
	}
	for _, o := range connect {
		if origin.MatchString(o) && !slices.Contains(to, o) {
			to = append(to, o)
		}
	}
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"img-src 'self' data:",
		"manifest-src 'self'",
		"connect-src " + strings.Join(to, " "),
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	}, "; ")
}

// What goes into the policy is an origin and nothing else: a host comes from who
// asks, and an address of an issuer from its own document.
var (
	authority = regexp.MustCompile(`^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$`)
	origin    = regexp.MustCompile(`^https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$`)
)
