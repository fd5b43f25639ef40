// Package lab is a runtime's core for tests: the real store on a real disk, a
// view that follows it, a hub and an executor, with a clock that the test moves.
package lab

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/view"
)

// Lab is one running core.
type Lab struct {
	T     testing.TB
	Dir   string
	Store *store.Store
	View  *view.View
	Hub   *hub.Hub
	Do    *command.Executor
	Clock *Clock
	// Quota is the store's from the next Run on; 0 is its default.
	Quota int64
	stop  func()
}

// Clock is a clock that only the test moves.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Move moves the clock, also backwards.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Start runs a core on a fresh directory with Config in force.
func Start(t testing.TB, options ...func(*hub.Options)) *Lab {
	t.Helper()
	l := &Lab{T: t, Dir: t.TempDir(), Clock: &Clock{now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}}
	l.Run(options...)
	l.Program(Config())
	return l
}

// Run starts the core on the lab's directory; Stop ends it.
func (l *Lab) Run(options ...func(*hub.Options)) {
	l.T.Helper()
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(context.Background(), store.Options{Dir: l.Dir, Logger: log, QuotaBytes: l.Quota})
	if err != nil {
		l.T.Fatal(err)
	}
	l.Store, l.View = s, view.New(s.History())
	l.Do = command.New(command.Options{Store: s, View: l.View, Log: log, Now: l.Clock.Now})
	o := hub.Options{Store: s, View: l.View, Name: "lab", Log: log, Now: l.Clock.Now}
	for _, change := range options {
		change(&o)
	}
	l.Hub = hub.New(o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = l.Hub.Run(ctx)
	}()
	l.stop = sync.OnceFunc(func() {
		cancel()
		<-done
		if err := s.Close(); err != nil {
			l.T.Errorf("close the store: %v", err)
		}
	})
	l.T.Cleanup(l.stop)
	l.Eventually(func() bool { return l.View.Revision() > 0 })
}

// Stop ends the core; its directory stays.
func (l *Lab) Stop() { l.stop() }

// Program takes a snapshot into force.
func (l *Lab) Program(s snapshot.Snapshot) {
	l.T.Helper()
	sequence := int64(1)
	if config := l.View.Config(); config != nil {
		sequence = config.Sequence + 1
	}
	refusal, err := l.Do.Program(context.Background(), snapshot.Update{Sequence: sequence, Snapshot: s})
	if err != nil || refusal != nil {
		l.T.Fatalf("program: %v, %+v", err, refusal)
	}
	l.Eventually(func() bool { return l.Hub.Ready() == nil })
}

// Eventually waits for a fact.
func (l *Lab) Eventually(fact func() bool) {
	l.T.Helper()
	gomega.NewWithT(l.T).Eventually(fact, time.Minute, time.Millisecond).Should(gomega.BeTrue())
}

// Message posts a customer's message on channel "facebook".
func (l *Lab) Message(customer, id string) protocol.Receipt {
	l.T.Helper()
	return l.receive("facebook", customer, id)
}

// receive waits for longer than a command does by itself: on a machine that is busy
// many at once may take a while.
func (l *Lab) receive(channel, customer, id string) protocol.Receipt {
	l.T.Helper()
	patience, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	receipt, err := l.Do.Receive(patience, channel, protocol.PostMessage{
		ID: id, Customer: protocol.Customer{ID: customer, Name: "John Williams"}, Text: "text of " + id,
	})
	if err != nil {
		l.T.Fatalf("message %s of %s on %s: %v", id, customer, channel, err)
	}
	return receipt
}

// Connect begins an agent's feed.
func (l *Lab) Connect(agent inbox.Agent, cursor string) *hub.Conn {
	l.T.Helper()
	if err := l.Do.See(context.Background(), agent); err != nil {
		l.T.Fatal(err)
	}
	c, err := l.Hub.Connect(context.Background(), agent, cursor)
	if err != nil {
		l.T.Fatal(err)
	}
	l.T.Cleanup(c.Close)
	return c
}

// Alice and Bob are representatives of list l1, Carol is an admin of it by her
// group, Dave has nothing.
var (
	Alice = inbox.Agent{Name: "alice"}
	Bob   = inbox.Agent{Name: "bob"}
	Carol = inbox.Agent{Name: "carol", Groups: []string{"supervisors"}}
	Dave  = inbox.Agent{Name: "dave"}
)

// Config is a small snapshot: lists l1 and l2, a Facebook and a web channel on
// l1, one on a list that is gone, one that is pushed; and the Policies.
func Config() snapshot.Snapshot {
	list := func(name string) snapshot.List {
		return snapshot.List{
			Source: snapshot.Source{Name: name, UID: name, Generation: 1}, DisplayName: "List " + name,
			ClosePolicy: snapshot.CloseMembers, SoonAfter: snapshot.Duration(3 * time.Minute),
			OverdueAfter: snapshot.Duration(5 * time.Minute), AutoCloseAfter: snapshot.Duration(24 * time.Hour),
		}
	}
	channel := func(name, kind, list string, mode snapshot.RoutingMode) snapshot.Channel {
		return snapshot.Channel{
			Source: snapshot.Source{Name: name, UID: name, Generation: 1}, Type: kind, ServiceIdentifier: name,
			RoutingMode: mode, List: list, AnonymousName: "Jane Doe",
		}
	}
	config := snapshot.Snapshot{
		FormatVersion: snapshot.FormatVersion,
		Runtime:       snapshot.Source{Name: "main", UID: "uid-of-main", Generation: 1},
		Retention:     snapshot.Retention{Closed: snapshot.Duration(24 * time.Hour), Feed: snapshot.Duration(10 * time.Minute)},
		MediaRoutingDomains: []snapshot.MediaRoutingDomain{{
			Source: snapshot.Source{Name: "social", UID: "social", Generation: 1}, DisplayName: "Social media",
			MaxRequests: 5, ChannelTypes: []string{"FACEBOOK", "WEB"},
		}},
		Lists: []snapshot.List{list("l1"), list("l2")},
		Channels: []snapshot.Channel{
			channel("facebook", "FACEBOOK", "l1", snapshot.RoutingPull),
			channel("lost", "WEB", "", snapshot.RoutingPull),
			channel("pushed", "FACEBOOK", "", snapshot.RoutingPush),
			channel("web", "WEB", "l1", snapshot.RoutingPull),
		},
		Subscriptions: []snapshot.Subscription{
			{Source: snapshot.Source{Name: "reps", UID: "reps", Generation: 1}, Agents: []string{"alice", "bob"}, Lists: []string{"l1"}, Role: snapshot.Representative, AutoSubscribe: true},
			{Source: snapshot.Source{Name: "sups", UID: "sups", Generation: 1}, Groups: []string{"supervisors"}, Lists: []string{"l1", "l2"}, Role: snapshot.Admin},
		},
	}
	addPolicies(&config, list, channel)
	return config
}

// Event reads a frame about a request.
func Event(t testing.TB, f hub.Frame) protocol.Event {
	t.Helper()
	var e protocol.Event
	if err := json.Unmarshal(f.Data, &e); err != nil {
		t.Fatalf("frame %s: %v", f.Type, err)
	}
	return e
}
