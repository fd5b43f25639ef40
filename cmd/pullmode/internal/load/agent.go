package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
)

// agent is one agent at work.
type agent struct {
	run  *run
	list int
	name string
	line *line
	*client.Agent
	account *account

	ready     chan struct{} // closed once there is a first snapshot
	isReady   sync.Once
	connected atomic.Bool
	// since is when the connection brought the first thing, in nanoseconds; 0 while
	// there is none.
	since atomic.Int64
	// up is when the last connection did so.
	up atomic.Int64
	// part says that further parts of a snapshot follow, placed that the agent is
	// subscribed to their list.
	part, placed bool
	err          error // why the feed ended
}

// attempts are enough for a call to outlive any restart; its context ends it.
const attempts = 1 << 20

func newAgent(ctx context.Context, r *run, n int) (*agent, error) {
	list := n % r.Lists
	a := &agent{
		run: r, list: list, name: fmt.Sprintf("load-%05d", n+1), line: newLine(), account: newAccount(), ready: make(chan struct{}),
	}
	var err error
	a.Agent, err = client.NewAgent(r.target.URL, r.target.Token(ctx, a.name, listName(list)), client.Options{
		HTTP: a.line.client(), Attempts: attempts, UserAgent: r.target.UserAgent, Binding: r.Binding,
	})
	return a, err
}

// follow takes what the agent is told until ctx ends.
func (a *agent) follow(ctx context.Context) {
	cuts := 0
	for e, err := range a.Events(ctx, client.Follow{Disconnected: func(why error, _ time.Duration) {
		a.connected.Store(false)
		a.since.Store(0)
		now := a.line.broken()
		a.run.broke(why, now != cuts)
		cuts = now
	}}) {
		if err != nil {
			if ctx.Err() == nil {
				a.err = fmt.Errorf("the feed of %s: %w", a.name, err)
				a.isReady.Do(func() { close(a.ready) })
			}
			break
		}
		a.take(e)
	}
	a.connected.Store(false)
}

func (a *agent) take(e client.Event) {
	now := time.Now()
	if a.since.Load() == 0 {
		a.since.Store(now.UnixNano())
		a.up.Store(now.UnixNano())
	}
	a.connected.Store(true)
	value, err := e.Value()
	if err != nil {
		a.err = errors.Join(a.err, err)
		return
	}
	switch v := value.(type) {
	case *protocol.Snapshot:
		for _, l := range v.Lists {
			a.placed = a.placed || l.Subscribed && l.Name == listName(a.list)
		}
		a.account.snapshot(v, !a.part)
		if a.part = v.More; !v.More {
			a.isReady.Do(func() { close(a.ready) })
		}
	case *protocol.Gap:
		a.account.missed()
	case *protocol.Event:
		a.told(v, now)
	}
}

// told notes an event about a request.
func (a *agent) told(e *protocol.Event, now time.Time) {
	a.run.received.Add(1)
	var posted string
	switch e.Type {
	case protocol.EventMessage:
		a.account.message(e.Message.ID)
		posted = e.Message.Attributes[postedAt]
	case protocol.EventReceived, protocol.EventStateChanged, protocol.EventMembersChanged, protocol.EventRemoved:
		a.account.event(a.run.ledgers[a.list].of(key{e.RequestID, e.Version}), e)
		if e.Type == protocol.EventReceived {
			posted = e.Request.Customer.Attributes[postedAt]
		}
	}
	at, err := strconv.ParseInt(posted, 10, 64)
	if err != nil {
		return // a command's, or not of this load
	}
	a.run.notification(at >= a.since.Load(), now.Sub(time.Unix(0, at)))
}

// postedAt is the attribute with the moment in which a message was posted, in
// nanoseconds since 1970 by this machine's clock.
const postedAt = "posted"

// frays is by how many bytes a connection outlives its break: a flush has one or two
// thousand.
const frays = 4000

// lose cuts the agent's line at random until ctx ends.
func (a *agent) lose(ctx context.Context) {
	for {
		if pause(ctx, time.Duration(rand.ExpFloat64()*float64(a.run.Drop))) != nil {
			return
		}
		a.line.fray(frays)
		if pause(ctx, rand.N(time.Second)) != nil {
			return
		}
		a.line.cut(rand.N(a.run.Away + 1))
		a.run.drops.Add(1)
	}
}

// pause waits, unless ctx ends before.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
