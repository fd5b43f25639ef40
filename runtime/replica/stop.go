package replica

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// perConnection is how far apart the clients of a drained replica come back: a
// thousand in two seconds.
const perConnection = 2 * time.Millisecond

// Drain makes the replica unready, tells its clients to connect again, and ends
// their feeds spread over a time. It returns at once; the replica goes on
// answering commands until Stop.
func (r *Replica) Drain() {
	r.drain.Do(func() {
		spread := min(time.Duration(r.hub.Stats().Connections)*perConnection, r.options.DrainTimeout/2)
		r.options.Log.Info("draining", "connections", r.hub.Stats().Connections, "spread", spread.String())
		r.tasks.Go(func() {
			defer close(r.idle)
			r.hub.Drain(r.life, spread)
		})
	})
}

// Stop drains the replica, finishes the calls that are running and closes the
// store, within DrainTimeout and ctx. What has been answered is on disk however it
// ends; an error says that calls were cut off.
func (r *Replica) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, r.options.DrainTimeout)
	defer cancel()
	r.Drain()
	select {
	case <-r.idle:
	case <-ctx.Done():
	case <-r.life.Done():
	}
	r.shutdown(ctx)
	return r.Wait()
}

// Wait returns when the replica has stopped: nil after Stop, otherwise what made
// it impossible to go on.
func (r *Replica) Wait() error {
	<-r.done
	return r.result
}

// fail ends the replica's life with a reason. The first one counts.
func (r *Replica) fail(err error) { r.end(err) }

// guard stops everything when the replica cannot go on.
func (r *Replica) guard() {
	<-r.life.Done()
	if cause := context.Cause(r.life); !errors.Is(cause, errStopped) {
		r.options.Log.Error("the replica cannot go on", "error", cause)
		go func() { // not one of the tasks: it waits for them
			ctx, cancel := context.WithTimeout(context.Background(), r.options.DrainTimeout)
			defer cancel()
			r.Drain() // at once, since life is over
			r.shutdown(ctx)
		}()
	}
}

// shutdown stops everything, in the reverse order of the start: no new calls, no
// running ones, no clocks, no store; probes to the last.
func (r *Replica) shutdown(ctx context.Context) {
	r.stop.Do(func() {
		var errs []error
		if r.contract != nil { // HTTP's own shutdown does not know of WebSockets
			r.contract.Close(ctx)
		}
		for _, s := range []*http.Server{r.api, r.admin} {
			errs = append(errs, finish(ctx, s))
		}
		if r.public != nil {
			r.public.Close(ctx) // its WebSockets are nothing that HTTP waits for, either
		}
		r.end(errStopped)
		if cause := context.Cause(r.life); !errors.Is(cause, errStopped) {
			errs = append(errs, cause)
		}
		// What has been posted is written down, and the next one elected, while there is
		// a store.
		r.office.Wait()
		if r.store != nil {
			errs = append(errs, r.store.Close())
		}
		if r.probes != nil {
			errs = append(errs, r.probes.Close())
		}
		r.ports.close()
		r.tasks.Wait()
		r.result = errors.Join(errs...)
		close(r.done)
	})
}

// finish lets a server's running calls end, and cuts off those that do not in time.
func finish(ctx context.Context, s *http.Server) error {
	if s == nil {
		return nil
	}
	if err := s.Shutdown(ctx); err != nil {
		return fmt.Errorf("calls were cut off at the end of the drain timeout: %w", errors.Join(err, s.Close()))
	}
	return nil
}
