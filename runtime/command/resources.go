package command

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/pullmode/operator/runtime/store"
)

// dedupeWindow is how long a repeated message is recognised, at least. Connectors
// repeat for minutes or hours, not for days.
const dedupeWindow = 24 * time.Hour

// leases lets records go by themselves: what is written in one minute with the
// same window shares a lease, which ends with the last of them.
type leases struct {
	store Store
	now   func() time.Time

	mu      sync.Mutex
	current map[time.Duration]minuteLease
}

type minuteLease struct {
	minute int64
	id     store.LeaseID
}

func (l *leases) get(ctx context.Context, window time.Duration) (store.LeaseID, error) {
	minute := l.now().Unix() / 60
	l.mu.Lock()
	defer l.mu.Unlock()
	if have := l.current[window]; have.id != 0 && have.minute == minute {
		return have.id, nil
	}
	id, err := l.store.Grant(ctx, window+time.Minute)
	if err != nil {
		return 0, err
	}
	if l.current == nil {
		l.current = map[time.Duration]minuteLease{}
	}
	l.current[window] = minuteLease{minute: minute, id: id}
	return id, nil
}

// scarceAt is the part of the quota from which on new requests are refused: what
// is left is for what is open.
const scarceAt = 0.7

// spaceEvery is how old the figure of the used space may be.
const spaceEvery = 5 * time.Second

// space says whether the store is nearly full.
type space struct {
	store Store
	now   func() time.Time

	mu    sync.Mutex
	asked time.Time
	low   bool
}

func (s *space) scarce(ctx context.Context) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if age := now.Sub(s.asked); age >= 0 && age < spaceEvery {
		return s.low
	}
	if used, quota, err := s.store.Usage(ctx); err == nil {
		s.low, s.asked = float64(used) >= scarceAt*float64(quota), now
	}
	return s.low
}

// ids makes the ids of requests: sortable by time, so that order of id is order
// of arrival.
type ids struct {
	now func() time.Time

	mu      sync.Mutex
	entropy *ulid.MonotonicEntropy
	last    uint64
}

func (i *ids) next() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.entropy == nil {
		i.entropy = ulid.Monotonic(rand.Reader, 0)
	}
	i.last = max(i.last, ulid.Timestamp(i.now())) // a clock that jumps back does not reorder arrivals
	return ulid.MustNew(i.last, i.entropy).String()
}
