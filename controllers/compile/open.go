package compile

import "github.com/pullmode/operator/runtime/snapshot"

// OpenRequests reads Input.Open from what replicas report; nil without a report.
//
// A list that a replica does not drain yet counts as having a request, even when
// it reports none: one may still land on it between the report and the snapshot
// that follows from it, and would be stranded on a list that nobody serves (L2).
func OpenRequests(reports ...snapshot.Report) map[string]int64 {
	var open map[string]int64
	for _, r := range reports {
		if open == nil {
			open = make(map[string]int64, len(r.Lists))
		}
		for _, l := range r.Lists {
			n := l.Open
			if !l.Draining {
				n = max(n, 1)
			}
			open[l.Name] = max(open[l.Name], n)
		}
	}
	return open
}
