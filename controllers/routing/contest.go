package routing

import (
	"time"

	"github.com/pullmode/operator/runtime/snapshot"
)

const (
	// concede is how often somebody else may replace what this operator programmed
	// before it lets that be: once can be a start of the next operator that the end
	// of this one overlaps, three times is another opinion.
	concede = 3
	// asideFor is how long it then leaves the namespace alone, also in its statuses.
	// The other operator may be gone after that, so it tries once more.
	asideFor = 10 * time.Minute
)

// contest is how an operator finds out that another one has a different opinion
// of the same YAML, another version of it without leader election, say. Of two
// that replace each other's snapshot, the one that is overruled three times first
// gives in, and so the runtime serves one of the two and statuses have one writer.
type contest struct {
	// digest, epoch and sequence are of what this operator programmed last.
	digest, epoch string
	sequence      int64
	// lost is how often that was replaced, by its digest; last is when that was counted or forgotten.
	lost map[string]int
	last time.Time
}

// won notes what this operator has just programmed.
func (c *contest) won(digest, epoch string, sequence int64) {
	c.digest, c.epoch, c.sequence = digest, epoch, sequence
}

// overruled tells whether to let be what is served, although something else is
// wanted, and whether that is news. A store that went back, or is another one, is
// drift and no opinion.
func (c *contest) overruled(served *snapshot.Report, wanted string, now time.Time) (yes, news bool) {
	if now.Sub(c.last) >= asideFor {
		gaveIn := c.lost[wanted] >= concede
		c.lost, c.last = map[string]int{}, now
		if gaveIn {
			c.lost[wanted] = concede - 1 // one more loss is enough now
		}
	}
	if c.digest == wanted && c.epoch == served.Epoch && c.sequence < served.Sequence {
		c.lost[wanted]++
		c.last = now
		c.sequence = served.Sequence // this one is counted
		news = c.lost[wanted] == concede
	}
	return c.lost[wanted] >= concede, news
}
