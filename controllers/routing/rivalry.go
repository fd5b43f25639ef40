package routing

import (
	"time"

	"github.com/pullmode/operator/controllers/contest"
	"github.com/pullmode/operator/runtime/snapshot"
)

// rivalry is how an operator finds out that another one has a different opinion
// of the same YAML. One of the two gives in, also in its statuses, and so the
// runtime serves one of the two and statuses have one writer.
type rivalry struct {
	// digest, epoch and sequence are of what this operator programmed last.
	digest, epoch string
	sequence      int64
	losses        contest.Losses
}

// won notes what this operator has just programmed.
func (r *rivalry) won(digest, epoch string, sequence int64) {
	r.digest, r.epoch, r.sequence = digest, epoch, sequence
}

// overruled tells whether to let be what is served, although something else is
// wanted, and whether that is news. A store that went back, or is another one, is
// drift and no opinion.
func (r *rivalry) overruled(served *snapshot.Report, wanted string, now time.Time) (yes, news bool) {
	if r.digest == wanted && r.epoch == served.Epoch && r.sequence < served.Sequence {
		r.sequence = served.Sequence // this one is counted
		news = r.losses.Replaced(wanted, now)
	}
	return r.losses.Conceded(wanted, now), news
}
