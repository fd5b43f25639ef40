package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
)

// run is one load.
type run struct {
	Options
	target     Target
	agents     []*agent
	byList     [][]*agent
	connectors []*client.Connector
	http       *http.Client // the connectors'
	ledgers    []*ledger
	customers  *customers
	meter      *meter

	// ended is done when nothing more is begun.
	ended context.Context

	// ours are the requests of this run; failed calls by what they were.
	mu     sync.Mutex
	ours   map[string]bool
	failed map[string]int64
	// known are the messages that were answered: it is sure who had to be told.
	known map[string]bool
	// remark is what a progress says besides.
	remark string

	opened, received, drops, breaks, cutOff, restarts, starved atomic.Int64
	restarting                                                 atomic.Bool
	recoveries                                                 []time.Duration
	figures                                                    atomic.Pointer[figures]
}

// figures are the latencies of a stretch of time.
type figures struct {
	live, late latency // notifications
	commands   map[string]*latency
	// broken are commands that a break was in the midst of.
	broken latency
}

var kinds = []string{"post", "join", "leave", "close"}

func newFigures() *figures {
	f := &figures{commands: map[string]*latency{}}
	for _, k := range kinds {
		f.commands[k] = &latency{}
	}
	return f
}

// prepare makes agents and connectors; nothing is connected yet.
func prepare(ctx context.Context, t Target, o Options) (*run, error) {
	if err := o.Check(t); err != nil {
		return nil, err
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	r := &run{
		Options: o, target: t, ended: ctx, ours: map[string]bool{}, failed: map[string]int64{}, known: map[string]bool{},
		http:   &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, ForceAttemptHTTP2: true}},
		byList: make([][]*agent, o.Lists), customers: newCustomers(o.Customers), meter: &meter{url: t.MetricsURL},
	}
	r.figures.Store(newFigures())
	for n := range o.Lists {
		c, err := client.NewConnector(t.URL, listName(n), t.Key, client.Options{HTTP: r.http, Attempts: attempts, UserAgent: t.UserAgent})
		if err != nil {
			return nil, err
		}
		r.connectors, r.ledgers = append(r.connectors, c), append(r.ledgers, newLedger())
	}
	for n := range o.Agents {
		a, err := newAgent(ctx, r, n)
		if err != nil {
			return nil, err
		}
		r.agents, r.byList[a.list] = append(r.agents, a), append(r.byList[a.list], a)
	}
	return r, nil
}

// connect begins all feeds and waits until every agent has what there is. end ends them.
func (r *run) connect(ctx context.Context) (end func(), err error) {
	feeds, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var following sync.WaitGroup
	for _, a := range r.agents {
		following.Go(func() { a.follow(feeds) })
	}
	end = func() {
		cancel()
		following.Wait()
		r.http.CloseIdleConnections()
		for _, a := range r.agents {
			a.CloseIdle()
		}
	}
	for _, a := range r.agents {
		select {
		case <-a.ready:
		case <-ctx.Done():
			end()
			return nil, context.Cause(ctx)
		}
		if err := a.err; err != nil {
			end()
			return nil, err
		}
		if !a.placed {
			end()
			return nil, fmt.Errorf("%s is not subscribed to %s: put the configuration into force that --print-config prints", a.name, listName(a.list))
		}
	}
	return end, nil
}

// quiet waits, unless the run ends before.
func (r *run) quiet(d time.Duration) error { return pause(r.ended, d) }

func (r *run) someone(list int) *agent { return r.byList[list][rand.N(len(r.byList[list]))] }

func (r *run) own(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ours[id] = true
}

// sent notes that a message was taken, surely says whether it is known to be.
func (r *run) sent(message string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known[message] = true
}

func (r *run) surely(message string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.known[message]
}

func (r *run) notification(live bool, took time.Duration) {
	f := r.figures.Load()
	if live {
		f.live.add(took)
	} else {
		f.late.add(took)
	}
}

// answered notes how long a call took, or that it failed.
func (r *run) answered(kind string, began time.Time, broken bool, err error) {
	f := r.figures.Load()
	switch {
	case err != nil:
		why := innermost(err).Error()
		if p := (*protocol.Problem)(nil); errors.As(err, &p) {
			why = p.Title
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.failed[kind+": "+why]++
	case broken:
		f.broken.add(time.Since(began))
	default:
		f.commands[kind].add(time.Since(began))
	}
}

// innermost is what an error comes from, without the addresses of a call that failed.
func innermost(err error) error {
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	return err
}

// broke notes the end of a connection. One that nobody here cut, while the runtime ran,
// was cut off by the runtime.
func (r *run) broke(why error, cut bool) {
	r.breaks.Add(1)
	var refused *client.CloseError
	switch {
	case errors.As(why, &refused) && refused.Code == protocol.CloseSlow:
		r.cutOff.Add(1)
	case errors.As(why, &refused), cut, r.restarting.Load(), errors.Is(why, errAway):
	default:
		r.cutOff.Add(1)
	}
}

// connected is how many agents have a connection.
func (r *run) connected() (n int) {
	for _, a := range r.agents {
		if a.connected.Load() {
			n++
		}
	}
	return n
}
