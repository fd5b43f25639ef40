// Package contest lets one of two operators give in that want different things of
// the same: two versions without leader election, or installed twice.
package contest

import "time"

const (
	// Concede is how often somebody else may replace what this operator made before
	// it lets that be: once can be a start of the next operator that the end of this
	// one overlaps, three times is another opinion.
	Concede = 3
	// AsideFor is how long it then lets that be. The other operator may be gone
	// after that, so it tries once more.
	AsideFor = 10 * time.Minute
)

// Losses counts how often somebody else replaced what this operator had made. Of
// two that replace each other's, the one that is overruled three times first gives
// in. The zero value has none.
type Losses struct {
	// of has them by the digest of what was made; last is when one was counted or forgotten.
	of   map[string]int
	last time.Time
}

// Replaced counts one more loss of what has the digest. It is news when it is the
// one with which this operator gives in.
func (l *Losses) Replaced(digest string, now time.Time) (news bool) {
	l.age(digest, now)
	l.of[digest]++
	l.last = now
	return l.of[digest] == Concede
}

// Conceded tells whether to let be what is there, although this is wanted.
func (l *Losses) Conceded(digest string, now time.Time) bool {
	l.age(digest, now)
	return l.of[digest] >= Concede
}

func (l *Losses) age(digest string, now time.Time) {
	if now.Sub(l.last) < AsideFor {
		return
	}
	gaveIn := l.of[digest] >= Concede
	l.of, l.last = map[string]int{}, now
	if gaveIn {
		l.of[digest] = Concede - 1 // one more loss is enough now
	}
}
