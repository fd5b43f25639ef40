package gate

import (
	"net/http"
	"net/url"

	"github.com/pullmode/operator/runtime/snapshot"
)

// Origin says whether a request may come from where it comes from: from a page of the
// runtime's own, from one of the snapshot's allowed origins, or from a program that is
// no browser and names no origin.
//
// The runtime's own is what the Host header says, as browsers write that themselves;
// X-Forwarded-Host could be anybody's. The scheme is not compared: behind a proxy that
// ends TLS it is not known.
func (g *Gate) Origin(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return true
	}
	if len(origins) > 1 {
		return false
	}
	if u, err := url.Parse(origins[0]); err == nil && u.Host != "" &&
		snapshot.Authority(u.Scheme, u.Host) == snapshot.Authority(u.Scheme, r.Host) {
		return true
	}
	config := g.View.Config()
	return config != nil && config.Allows(origins[0])
}
