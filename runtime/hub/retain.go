package hub

import (
	"context"
	"time"
)

// sample remembers that a revision was the newest at a time. With samples the
// feed's retention, which is a time, becomes a revision to compact to.
type sample struct {
	at       time.Time
	revision int64
}

// sampleEvery keeps the list of samples short: 60 for ten minutes.
const sampleEvery = 10 * time.Second

func (h *Hub) sample() {
	now := h.options.Now()
	if n := len(h.samples); n == 0 || now.Sub(h.samples[n-1].at) >= sampleEvery {
		h.samples = append(h.samples, sample{at: now, revision: h.revision})
	}
}

// Compact gives up the history that is older than the snapshot's feed retention,
// in memory, and in the store as far as nobody else needs it. After a restart it keeps the history for a full
// retention again.
func (h *Hub) Compact(ctx context.Context) error {
	config := h.view.Config()
	if config == nil {
		return nil
	}
	horizon := h.options.Now().Add(-config.Retention.Feed.D())
	h.mu.Lock()
	var revision int64
	for len(h.samples) > 0 && h.samples[0].at.Before(horizon) {
		revision = h.samples[0].revision
		h.samples = h.samples[1:]
	}
	if revision > 0 {
		h.ring.Trim(revision)
	}
	h.mu.Unlock()
	if revision == 0 {
		return nil
	}
	floor, err := h.options.Floor(ctx)
	if err != nil {
		return err
	}
	if floor > 0 {
		revision = min(revision, floor)
	}
	return h.store.Compact(ctx, revision)
}
