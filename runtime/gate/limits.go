package gate

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/pullmode/operator/runtime/snapshot"
)

// Who is limited, as the metric has it.
const (
	agents     = "agent"
	connectors = "connector"
)

// Allow asks for one more call of an agent, by whichever face. When there was no room
// for it, ok is false, and there will be in wait.
func (g *Gate) Allow(agent string) (wait time.Duration, ok bool) {
	return g.allow(&g.agents, agents, agent, (*snapshot.Snapshot).AgentRate)
}

// AllowConnector asks for one more call of a channel's connector.
func (g *Gate) AllowConnector(channel string) (wait time.Duration, ok bool) {
	return g.allow(&g.connectors, connectors, channel, (*snapshot.Snapshot).ConnectorRate)
}

func (g *Gate) allow(of *limiters, who, name string, limit func(*snapshot.Snapshot) snapshot.Rate) (wait time.Duration, ok bool) {
	config := g.View.Config()
	if config == nil {
		return 0, true // nobody is let in
	}
	if wait = of.take(name, limit(config.Snapshot), g.Now()); wait > 0 {
		g.Metrics.RateLimited(who)
	}
	return wait, wait == 0
}

// limiters hold one bucket for each caller who has called of late. One that nobody
// takes from is full again after burst/perSecond seconds, and then as good as a new
// one: those that nobody took from for a whole turn are forgotten. What is remembered
// is thus bounded by who called within two turns.
type limiters struct {
	mu          sync.Mutex
	rate        snapshot.Rate
	turned      time.Time
	now, before map[string]*rate.Limiter
}

// shortestTurn keeps buckets that fill fast from being made anew all the time.
const shortestTurn = time.Minute

// take takes one from a caller's bucket, or says how long it stays empty.
func (l *limiters) take(name string, limit snapshot.Rate, now time.Time) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	turn := max(shortestTurn, time.Duration(float64(limit.Burst)/float64(limit.PerSecond)*float64(time.Second)))
	switch {
	case l.rate != limit: // another snapshot: everybody begins anew, by its limits
		l.rate, l.turned = limit, now
		l.now, l.before = map[string]*rate.Limiter{}, nil
	case now.Sub(l.turned) >= turn:
		l.turned, l.before, l.now = now, l.now, map[string]*rate.Limiter{}
	}
	bucket := l.now[name]
	if bucket == nil {
		if bucket = l.before[name]; bucket == nil {
			bucket = rate.NewLimiter(rate.Limit(limit.PerSecond), int(limit.Burst))
		}
		l.now[name] = bucket
	}
	taken := bucket.ReserveN(now, 1)
	if wait = taken.DelayFrom(now); wait > 0 {
		taken.CancelAt(now)
	}
	return wait
}
