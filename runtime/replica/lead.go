package replica

import (
	"context"
	"net/netip"
	"sync"

	"github.com/pullmode/operator/runtime/deadline"
	"github.com/pullmode/operator/runtime/outbound"
	"github.com/pullmode/operator/runtime/outbound/webhook"
	"github.com/pullmode/operator/runtime/sink"
)

// lead does what one replica at a time does: it keeps the deadlines, and brings
// agents' messages to their customers and every change to the event sink. It
// returns when ctx ends. That two replicas do so for a moment is harmless: what they
// write is compared, and what they post has an id.
func (r *Replica) lead(ctx context.Context) {
	o := r.options
	poster := webhook.NewPoster(webhook.Options{
		AllowLoopback: o.AllowLoopback, Refused: prefixes(o.RefusedAddrs), UserAgent: "pullmode/" + o.Version,
	})
	defer poster.CloseIdle()
	keeper := &deadline.Keeper{
		View: r.view, Do: r.do, Now: o.Now, Log: o.Log,
		Serving: func() bool { return r.hub.Ready() == nil },
	}
	pump := outbound.New(outbound.Options{
		Store: r.store, Poster: poster, Config: r.view.Config, Failed: r.do.DeliveryFailed, Now: o.Now, Log: o.Log,
		Attempted: r.metrics.Delivery,
	})
	record := sink.New(sink.Options{
		Store: r.store, View: r.view, Poster: poster, Now: o.Now, Log: o.Log, Counted: r.metrics.Recorded,
	})
	r.record.Store(record)
	defer r.record.Store(nil)
	var duties sync.WaitGroup
	duties.Go(func() { keeper.Run(ctx) })
	duties.Go(func() {
		if err := pump.Run(ctx); err != nil && ctx.Err() == nil {
			o.Log.Error("agents' messages wait: the outbox cannot be followed", "error", err)
		}
	})
	duties.Go(func() {
		if err := record.Run(ctx); err != nil && ctx.Err() == nil {
			o.Log.Error("the event sink waits: the store cannot be followed", "error", err)
		}
	})
	duties.Wait()
}

func prefixes(addrs []netip.Addr) []netip.Prefix {
	all := make([]netip.Prefix, len(addrs))
	for i, a := range addrs {
		all[i] = netip.PrefixFrom(a, a.BitLen())
	}
	return all
}
