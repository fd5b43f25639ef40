package status

import (
	"fmt"
	"slices"
	"strings"
)

// unreached says which issuers agents cannot sign in at now; empty when at all. It is no
// fault of the configuration's that Ready could wait for: an issuer may come later, or be
// away for a while, and who has a token works on.
func (f *facts) unreached() string {
	at := map[string][]string{} // replicas, by issuer
	cause := map[string]string{}
	var issuers []string
	for _, r := range f.ready {
		if r.Report == nil {
			continue
		}
		for _, i := range r.Report.SilentIssuers {
			if cause[i.URL] == "" {
				issuers, cause[i.URL] = append(issuers, i.URL), i.Cause
			}
			at[i.URL] = append(at[i.URL], r.Name)
		}
	}
	slices.Sort(issuers)
	var told []string
	for _, url := range issuers {
		where := ""
		if len(at[url]) < len(f.ready) {
			where = " (at " + strings.Join(at[url], ", ") + ")"
		}
		told = append(told, fmt.Sprintf("issuer %s %s%s", url, cause[url], where))
	}
	return strings.Join(told, ", ")
}
