package replica

import (
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
			// Asked for before the answer comes, and so not above it.
			if err := r.store.Same(r.life, r.hub.Stats().Revision); errors.Is(err, store.ErrReplaced) {
				r.fail(err)
				return
			}
		}
	}
}
