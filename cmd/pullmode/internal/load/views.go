package load

import (
	"context"
	"maps"
	"sync"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/request"
)

// compare holds what every agent sees in the end against what the runtime says is
// there (R4).
func (r *run) compare(ctx context.Context, v *Verdict) error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	places := make(chan struct{}, 16)
	for _, a := range r.agents {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			said := map[string]request.State{}
			for one, err := range a.Requests(ctx, client.Query{Lists: []string{listName(a.list)}, Limit: 500}) {
				if err != nil {
					mu.Lock()
					defer mu.Unlock()
					failed = err
					return
				}
				said[one.ID] = one.State
			}
			seen := a.account.seen()
			r.onlyOurs(said)
			r.onlyOurs(seen)
			if !maps.Equal(said, seen) {
				mu.Lock()
				defer mu.Unlock()
				v.Views++
				v.example("%s sees %d requests where the runtime has %d", a.name, len(seen), len(said))
			}
		})
	}
	wg.Wait()
	return failed
}

func (a *account) seen() map[string]request.State {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.view)
}

func (r *run) onlyOurs(rows map[string]request.State) {
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.DeleteFunc(rows, func(id string, _ request.State) bool { return !r.ours[id] })
}
