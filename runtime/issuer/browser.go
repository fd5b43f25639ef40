package issuer

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// mayReturn says whether a browser may be sent to an address with an answer: to any of
// this machine, as RFC 8252 has it for programs of the user's own, and to those that
// the issuer was started with, to the letter. Everything else would make it a way for
// strangers to have addresses of theirs look like those of this machine.
func (i *Issuer) mayReturn(address string) bool {
	if slices.Contains(i.opts.RedirectURIs, address) {
		return true
	}
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.User == nil && !strings.Contains(address, "#") && loopback(u.Hostname())
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// mayRead says whether pages of an origin may read what the issuer answers: those to
// which it may send a browser.
func (i *Issuer) mayRead(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	return loopback(u.Hostname()) || slices.ContainsFunc(i.opts.RedirectURIs, func(address string) bool {
		return originOf(address) == origin
	})
}

func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// shared lets pages of other origins read the answer.
func (i *Issuer) shared(handler http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Origin")
		if origin := r.Header.Get("Origin"); origin != "" && i.mayRead(origin) {
			w.Header().Set("Access-Control-Allow-Origin", origin)
			w.Header().Set("Access-Control-Allow-Methods", "GET, POST")
			w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
			w.Header().Set("Access-Control-Max-Age", "600")
		}
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		handler(w, r)
	}
}

// endSession is where a page sends a browser that has signed out. There is no session
// here to end; the way back is what is left to give.
func (i *Issuer) endSession(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back := q.Get("post_logout_redirect_uri")
	switch {
	case back == "":
		i.showSignedOut(w)
	case !i.mayReturn(back):
		i.showProblem(w, badRequest("invalid_request", "post_logout_redirect_uri must be on this machine (localhost, 127.0.0.1 or [::1]), or one that the issuer was started with"))
	default:
		if state := q.Get("state"); state != "" {
			u, _ := url.Parse(back) // it was parsed above, or is one of our own
			query := u.Query()
			query.Set("state", state)
			u.RawQuery = query.Encode()
			back = u.String()
		}
		http.Redirect(w, r, back, http.StatusSeeOther)
	}
}
