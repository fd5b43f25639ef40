package load

import (
	"context"
	"sync"
	"time"
)

// Progress is how far a load is.
type Progress struct {
	Elapsed           time.Duration
	Opened            int64
	Rate              float64 // of requests, over the last second
	Connected, Agents int
	Received          int64
	P99               float64 // of notifications so far, in milliseconds
	// Note says what happens besides.
	Note string
}

// tell tells of the progress every second, until ended is called.
func (r *run) tell(ctx context.Context) (ended func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	began, last := time.Now(), int64(0)
	wg.Go(func() {
		for pause(ctx, time.Second) == nil {
			opened := r.opened.Load()
			r.Progress(Progress{
				Elapsed: time.Since(began), Opened: opened, Rate: float64(opened - last), Connected: r.connected(), Agents: r.Agents,
				Received: r.received.Load(), P99: r.figures.Load().live.percentiles().P99, Note: r.note(),
			})
			last = opened
		}
	})
	return func() {
		cancel()
		wg.Wait()
	}
}

func (r *run) note() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.remark
}

func (r *run) say(remark string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.remark = remark
}
