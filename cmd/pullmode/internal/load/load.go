package load

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Run puts a load on the runtime for as long as the options say, or until ctx ends,
// and judges it. An error means that there is no report.
func Run(ctx context.Context, t Target, o Options) (*Report, error) {
	r, err := prepare(ctx, t, o)
	if err != nil {
		return nil, err
	}
	calls, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	disconnect, err := r.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer disconnect()
	defer r.tell(calls)()
	before, err := r.sample(calls)
	if err != nil {
		return nil, err
	}
	troubled := r.trouble(calls)
	var conversations sync.WaitGroup
	r.traffic(calls, r.Rate, r.Duration, &conversations)
	troubled()
	r.settle(ctx, end, &conversations)
	after, err := r.sample(context.WithoutCancel(ctx))
	if err != nil {
		return nil, err
	}
	return r.report(ctx, before, after)
}

// trouble begins what makes agents lose their connections. end ends it.
func (r *run) trouble(ctx context.Context) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	for list := range r.byList {
		// The first agent of a list keeps their connection while the runtime runs: what
		// they were told is the order that others are held to.
		for _, a := range r.byList[list][1:] {
			if r.Drop > 0 {
				wg.Go(func() { a.lose(ctx) })
			}
		}
	}
	wg.Go(func() {
		for range r.Restarts {
			if pause(ctx, r.Duration/time.Duration(r.Restarts+1)) != nil {
				return
			}
			r.restart(ctx)
		}
	})
	return func() {
		cancel()
		wg.Wait()
	}
}

// restart kills the runtime, starts it again, and waits until everybody is back.
func (r *run) restart(ctx context.Context) {
	ctx = context.WithoutCancel(ctx) // half a restart would leave nothing to judge
	_, _ = r.meter.read(ctx)         // of a runtime that cannot tell any more, a second is lost
	r.say("restarting the runtime")
	began := time.Now()
	r.restarting.Store(true)
	r.restarts.Add(1)
	err := r.target.Restart(ctx)
	r.meter.restarted()
	for err == nil && !r.upSince(began) && time.Since(began) < r.Patience {
		_ = pause(ctx, 5*time.Millisecond)
	}
	r.restarting.Store(false)
	r.say("")
	r.mu.Lock()
	defer r.mu.Unlock()
	r.recoveries = append(r.recoveries, time.Since(began))
	if err != nil {
		r.failed["restart: "+err.Error()]++
	}
}

// upSince says whether every agent has had a connection since a moment.
func (r *run) upSince(moment time.Time) bool {
	return !slices.ContainsFunc(r.agents, func(a *agent) bool { return a.up.Load() < moment.UnixNano() })
}

// settle waits until what was begun is over, and until everything has arrived; no
// longer than the patience.
func (r *run) settle(ctx context.Context, giveUp func(), conversations *sync.WaitGroup) {
	r.say("waiting for what is on its way")
	over := time.AfterFunc(r.Life+r.Patience, giveUp)
	defer over.Stop()
	conversations.Wait()
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.Patience)
	defer cancel()
	for r.missing() > 0 {
		if pause(patience, 50*time.Millisecond) != nil {
			return
		}
	}
}

// sample is what has been used and counted up to a moment.
type sample struct {
	at       time.Time
	counts   counts
	own      time.Duration
	received int64
	opened   int64
}

func (r *run) sample(ctx context.Context) (sample, error) {
	c, err := r.meter.read(ctx)
	return sample{time.Now(), c, ownCPU(), r.received.Load(), r.opened.Load()}, err
}

// usage is what was used between two samples.
func usage(before, after sample) Usage {
	seconds, used := after.at.Sub(before.at).Seconds(), after.counts.minus(before.counts)
	u := Usage{
		RuntimeCPU: round(used.cpu / seconds), OwnCPU: round((after.own - before.own).Seconds() / seconds), Processors: runtime.NumCPU(),
		Memory: int64(used.memory), CommitP99: used.commits.quantile(0.99), FeedDelayP99: used.delays.quantile(0.99),
	}
	if n := after.received - before.received; n > 0 {
		u.PerDelivery = round(used.cpu * 1e6 / float64(n))
	}
	return u
}

// report judges the load.
func (r *run) report(ctx context.Context, before, after sample) (*Report, error) {
	f, seconds := r.figures.Load(), after.at.Sub(before.at).Seconds()
	report := &Report{
		StartedAt: before.at.UTC(), Seconds: round(seconds), Binding: string(r.Binding), Agents: r.Agents, Lists: r.Lists, Mix: r.Mix,
		Opened: r.opened.Load(), Starved: r.starved.Load(), Received: r.received.Load(), Verdict: *r.judge(),
		Notification: f.live.percentiles(), AfterBreaks: f.late.percentiles(), BrokenCommands: f.broken.percentiles(),
		Commands: map[string]Percentiles{}, Drops: r.drops.Load(), CutOff: r.cutOff.Load(), Usage: usage(before, after),
	}
	report.Rate = round(float64(report.Opened) / min(seconds, r.Duration.Seconds()))
	for kind, took := range f.commands {
		if p := took.percentiles(); p.Count > 0 {
			report.Commands[kind] = p
		}
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.Patience)
	defer cancel()
	if err := r.compare(patience, &report.Verdict); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	report.Failed = r.failed
	for _, took := range r.recoveries {
		report.Restarts = append(report.Restarts, round(float64(took)/float64(time.Millisecond)))
	}
	return report, nil
}
