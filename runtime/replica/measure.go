package replica

import (
	"context"
	"time"

	"github.com/pullmode/operator/runtime/observe"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// ringEvents is how many events can be resumed from at most, within the feed's
// retention: about 0.5 GB.
const ringEvents = 500_000

// count counts events.
func (r *Replica) count(kind protocol.EventType) { r.metrics.FeedEvents(string(kind), 1) }

// measure gives the metrics what is asked at every scrape.
func (r *Replica) measure() {
	r.metrics.Watch(observe.Sources{
		Requests: func(yield func(list, state string, n int)) {
			for _, list := range r.lists() {
				counts := r.view.Counts(list)
				for _, state := range []request.State{request.Unread, request.Active, request.Inactive} {
					yield(list, string(state), counts[state])
				}
			}
		},
		Lists: r.waits,
		Issuers: func(yield func(url string, silent bool)) {
			for _, i := range r.gate.Reach() {
				yield(i.Issuer, i.Silence != "")
			}
		},
		ConnectedAgents: func() int { return r.hub.Stats().Agents },
		FeedRing:        func() (kept, capacity int) { return r.hub.Stats().Events, ringEvents },
		FeedBehind: func() (revisions int64, ok bool) {
			ctx, cancel := context.WithTimeout(r.life, time.Second)
			defer cancel()
			latest, err := r.store.Latest(ctx)
			return max(0, latest-r.hub.Stats().Revision), err == nil
		},
		StoreUsage: func() (used, quota int64, ok bool) {
			ctx, cancel := context.WithTimeout(r.life, time.Second)
			defer cancel()
			used, quota, err := r.store.Usage(ctx)
			return used, quota, err == nil
		},
		SinkBehind: func() (bytes int64, age time.Duration, ok bool) {
			record := r.record.Load()
			if record == nil || r.view.Config() == nil || r.view.Config().EventSink == nil {
				return 0, 0, false
			}
			bytes, age = record.Behind()
			return bytes, age, true
		},
	})
}
