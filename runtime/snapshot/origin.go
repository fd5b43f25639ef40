package snapshot

import (
	"net/url"
	"strings"
)

// AnyOrigin among the allowed origins stands for every one.
const AnyOrigin = "*"

// Origin is an origin as browsers write it: in lower case, without the port that its
// scheme has by itself. It is false for what is none.
func Origin(s string) (string, bool) {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(s, "#") {
		return "", false
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return "", false
	}
	return u.Scheme + "://" + Authority(u.Scheme, u.Host), true
}

// Authority is a host with or without a port, in lower case and without the port that
// the scheme has by itself.
func Authority(scheme, host string) string {
	usual := map[string]string{"https": ":443", "http": ":80"}[scheme]
	return strings.TrimSuffix(strings.ToLower(host), usual)
}

// Allows says whether pages of an origin may call the runtime from a browser.
func (s *Snapshot) Allows(origin string) bool {
	o, ok := Origin(origin)
	for _, allowed := range s.AllowedOrigins {
		if allowed == AnyOrigin {
			return true
		}
		if a, _ := Origin(allowed); ok && a == o {
			return true
		}
	}
	return false
}
