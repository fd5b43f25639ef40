package routing

import (
	"time"

	"github.com/pullmode/operator/controllers/program"
)

// secondLook is how long a ready replica has to be silent before that is told:
// longer than the second in which a pod that crashed stops counting as ready. One
// that breaks off or refuses at once is asked again after it; one that lets its
// time run out has been silent for longer already.
const secondLook = 1500 * time.Millisecond

// silence holds since when ready replicas have not answered, by their names.
type silence map[string]time.Time

// newly takes what was read of the replicas from begun to now, and tells whether
// one of them may be silent for a moment only. It is wrong to go by how often one
// was asked: in a burst of changes that is twice in 100 ms.
func (s *silence) newly(readings []program.Reading, begun, now time.Time) bool {
	silent, newly := silence{}, false
	for _, r := range readings {
		if !r.Ready || r.Report != nil {
			continue
		}
		since, known := (*s)[r.Name]
		if !known {
			since = begun
		}
		silent[r.Name] = since
		newly = newly || now.Sub(since) < secondLook
	}
	*s = silent
	return newly
}

// stillReady takes from readings the readiness that has gone while they were
// taken: to wait for an answer takes as long as the kubelet takes to notice.
func stillReady(readings []program.Reading, now []program.Target) {
	ready := map[string]bool{}
	for _, t := range now {
		ready[t.Name] = t.Ready
	}
	for i := range readings {
		readings[i].Ready = readings[i].Ready && ready[readings[i].Name]
	}
}
