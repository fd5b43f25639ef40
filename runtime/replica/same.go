package replica

import (
	"context"
	"errors"
	"time"

	"github.com/pullmode/operator/runtime/store"
)

// sameEvery is how long a replica goes on, at most, on an etcd that was emptied or put
// back: what it takes meanwhile is in there and is found again, but nobody is told of it.
const sameEvery = 2 * time.Second

// same ends a replica whose etcd is another one now, so that it begins again as what
// is there.
func (r *Replica) same() {
	tick := time.NewTicker(sameEvery)
	defer tick.Stop()
	for {
		select {
		case <-r.life.Done():
			return
		case <-tick.C:
			err := r.look()
			if errors.Is(err, store.ErrReplaced) {
				r.fail(err)
				return
			}
			r.unseen.Store(err != nil)
		}
	}
}

func (r *Replica) look() error {
	ctx, cancel := context.WithTimeout(r.life, sameEvery)
	defer cancel()
	return r.store.Same(ctx, r.hub.Stats().Revision) // of before the answer comes, and so not above it
}

// probeStore is what readiness asks of the store.
func (r *Replica) probeStore(ctx context.Context) error {
	_, _, err := r.store.Usage(ctx)
	r.unprobed.Store(err != nil)
	return err
}
