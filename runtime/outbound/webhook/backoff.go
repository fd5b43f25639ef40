package webhook

import (
	"math/rand/v2"
	"time"
)

// Backoff says how long to wait before the next attempt: any time up to a bound
// that doubles from Least to Most. All of it is chance ("full jitter"), so that
// what failed together is not repeated together.
type Backoff struct {
	Least, Most time.Duration
	bound       time.Duration
}

// Next is the wait before the next attempt.
func (b *Backoff) Next() time.Duration {
	b.bound = min(max(2*b.bound, b.Least), b.Most)
	return rand.N(b.bound + 1)
}
