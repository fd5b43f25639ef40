package replica_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store/etcdtest"
)

const (
	kills      = 3
	betweenOps = 150 // acknowledged transitions between two kills, at least
)

// A runtime that is killed in the middle of traffic loses nothing that it has
// acknowledged, and its clients resume by cursor with no gap (R1, R4).
func TestKill(t *testing.T) {
	dir := t.TempDir()
	killed(t, []string{dir}, func(int) {})
}

// So does one of two replicas, and so do both when the etcd that they share loses
// its leader (R2, R3).
func TestKillOfTwo(t *testing.T) {
	cluster := etcdtest.Start(t, 3)
	data := strings.Join(cluster.Endpoints(), ",")
	var leader *etcdtest.Member
	killed(t, []string{data, data}, func(int) {
		if leader != nil {
			leader.Start()
			cluster.Back(leader) // of three, one at a time is gone
		}
		leader = cluster.Leader()
		leader.Kill()
	})
}

// killed kills the replicas in turn, and has something else happen just after each.
func killed(t *testing.T, data []string, happens func(round int)) {
	i := site.Issuer(t)
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	defer cancel()
	token, err := i.Sign("alice", nil, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	traffic := &traffic{t: t, acknowledged: map[string]truth{}}
	var watches []*watcher
	for n, data := range data {
		v := newVictim(t, fmt.Sprint("victim-", n), data, site.Config(i.URL()))
		alice, err := client.NewAgent("http://"+v.Addr, client.StaticToken(token), client.Options{Attempts: 100})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(alice.CloseIdle)
		traffic.victims, traffic.agents = append(traffic.victims, v), append(traffic.agents, alice)
		watches = append(watches, follow(ctx, t, alice))
	}
	stop := traffic.run(ctx, 8)
	for round := range kills {
		traffic.wait(ctx, betweenOps)
		v, watch := traffic.victims[round%len(data)], watches[round%len(data)]
		watch.broken(ctx, v.kill) // so that each kill is one that a feed was in the midst of
		happens(round)
		v.start()
	}
	traffic.wait(ctx, betweenOps)
	stop()

	// The feed of each, over all the breaks, comes to the same picture.
	want := traffic.acknowledged
	for n, watch := range watches {
		watch.until(ctx, func(seen map[string]truth) bool { return maps.Equal(want, seen) })
		if gaps := watch.gaps.Load(); gaps > 0 {
			t.Errorf("%d gaps", gaps)
		}
		if disconnects := watch.disconnects.Load(); disconnects < int64(kills/len(data)) {
			t.Errorf("the feed of victim %d broke %d times: this shows nothing", n, disconnects)
		}
	}
	for _, alice := range traffic.agents {
		traffic.check(ctx, alice)
	}
	for _, again := range traffic.messages {
		receipt, err := traffic.connector(0).Post(ctx, again.message)
		if err != nil || !receipt.Duplicate || receipt.Request != again.request {
			t.Errorf("message %s was taken into %s; again: %+v, %v", again.message.ID, again.request, receipt, err)
		}
	}
	t.Logf("%d transitions on %d requests, %d messages", traffic.count.Load(), len(want), len(traffic.messages))
	for _, v := range traffic.victims {
		v.kill()
	}
	cancel()
	for _, watch := range watches {
		<-watch.done
	}
}

// truth is what is compared of a request.
type truth struct {
	State   request.State
	Version int64
}

type posted struct {
	message protocol.PostMessage
	request string
}

// traffic is connectors and an agent who never rest.
type traffic struct {
	t       *testing.T
	victims []*victim
	agents  []*client.Agent // of each
	count   atomic.Int64

	mu           sync.Mutex
	acknowledged map[string]truth // by request; each has one worker
	messages     []posted
}

// check says whether every acknowledged transition is there: what is open is as it
// was answered last, and what is closed, too.
func (tr *traffic) check(ctx context.Context, alice *client.Agent) {
	tr.t.Helper()
	open := map[string]truth{}
	for r, err := range alice.Requests(ctx, client.Query{}) {
		if err != nil {
			tr.t.Fatal(err)
		}
		open[r.ID] = truth{r.State, r.Version}
	}
	for id, want := range tr.acknowledged {
		got, is := open[id]
		if !is {
			c, err := alice.Request(ctx, id)
			if err != nil {
				tr.t.Errorf("%s, acknowledged as %+v: %v", id, want, err)
				continue
			}
			got = truth{c.Request.State, c.Request.Version}
		}
		if got != want {
			tr.t.Errorf("%s was acknowledged as %+v and is %+v", id, want, got)
		}
	}
}

func (tr *traffic) connector(victim int) *client.Connector {
	c, err := client.NewConnector("http://"+tr.victims[victim].Addr, "facebook", site.Key("facebook"), client.Options{Attempts: 100})
	if err != nil {
		tr.t.Fatal(err)
	}
	tr.t.Cleanup(c.CloseIdle)
	return c
}

func (tr *traffic) run(ctx context.Context, workers int) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	enough := make(chan struct{})
	var wg sync.WaitGroup
	for w := range workers {
		n := w % len(tr.victims)
		connector := tr.connector(n)
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-enough: // between requests, so that each is known to its end
					return
				case <-ctx.Done():
					return
				default:
				}
				if err := tr.one(ctx, connector, tr.agents[n], fmt.Sprintf("%d-%d", w, i)); err != nil {
					tr.t.Errorf("worker %d: %v", w, err)
					return
				}
			}
		})
	}
	return func() {
		close(enough)
		wg.Wait()
		cancel()
	}
}

// one is the life of one request: two messages, a join, and perhaps a leave or a
// close.
func (tr *traffic) one(ctx context.Context, connector *client.Connector, agent *client.Agent, name string) error {
	var id string
	for n := range 2 {
		m := protocol.PostMessage{ID: fmt.Sprint(name, "-", n), Customer: protocol.Customer{ID: name}, Text: "a word"}
		receipt, err := connector.Post(ctx, m)
		if err != nil {
			return err
		}
		id = receipt.Request
		tr.took(id, truth{request.Unread, int64(n + 1)}, &posted{m, id})
	}
	end := map[int]func(context.Context, string) (protocol.Result, error){0: agent.Leave, 1: agent.Close}[rand.IntN(3)]
	for _, command := range []func(context.Context, string) (protocol.Result, error){agent.Join, end} {
		if command == nil {
			continue
		}
		result, err := command(ctx, id)
		if err != nil {
			return err
		}
		tr.took(id, truth{result.Request.State, result.Request.Version}, nil)
	}
	return nil
}

func (tr *traffic) took(id string, now truth, message *posted) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.acknowledged[id] = now
	if message != nil {
		tr.messages = append(tr.messages, *message)
	}
	tr.count.Add(1)
}

// wait waits for n further transitions.
func (tr *traffic) wait(ctx context.Context, n int64) {
	until := tr.count.Load() + n
	gomega.NewWithT(tr.t).Eventually(ctx, func() int64 {
		if tr.t.Failed() {
			gomega.StopTrying("a transition was not as it should be").Now()
		}
		return tr.count.Load()
	}).WithPolling(time.Millisecond).Should(gomega.BeNumerically(">=", until), "the traffic has come to a halt")
}

// watcher puts the feed together to a picture of all requests.
type watcher struct {
	gaps, disconnects atomic.Int64
	live              atomic.Bool // an event has come since the feed broke last
	done              chan struct{}

	mu   sync.Mutex
	seen map[string]truth
	t    *testing.T
}

func follow(ctx context.Context, t *testing.T, agent *client.Agent) *watcher {
	w := &watcher{t: t, seen: map[string]truth{}, done: make(chan struct{})}
	begun := make(chan struct{})
	go func() {
		defer close(w.done)
		begin := sync.OnceFunc(func() { close(begun) })
		defer begin()
		for e, err := range agent.Events(ctx, client.Follow{Disconnected: w.disconnected}) {
			if err != nil {
				if !errors.Is(err, context.Canceled) {
					t.Errorf("the feed ended: %v", err)
				}
				return
			}
			begin()
			w.live.Store(true)
			w.take(e)
		}
	}()
	<-begun
	return w
}

func (w *watcher) disconnected(error, time.Duration) {
	w.live.Store(false)
	w.disconnects.Add(1)
}

// broken breaks the feed by what is done, once the feed is up, and waits until it
// has noticed.
func (w *watcher) broken(ctx context.Context, by func()) {
	g := gomega.NewWithT(w.t)
	g.Eventually(ctx, w.live.Load).WithPolling(time.Millisecond).Should(gomega.BeTrue(), "the feed does not come back")
	before := w.disconnects.Load()
	by()
	g.Eventually(ctx, w.disconnects.Load).WithPolling(time.Millisecond).Should(gomega.BeNumerically(">", before), "the feed has not noticed")
}

func (w *watcher) take(e client.Event) {
	value, err := e.Value()
	if err != nil {
		w.t.Error(err)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch v := value.(type) {
	case *protocol.Gap:
		w.gaps.Add(1)
	case *protocol.Event:
		before, known := w.seen[v.RequestID]
		now := truth{before.State, v.Version}
		if v.Request != nil {
			now.State = v.Request.State
		}
		switch {
		case e.Type == protocol.EventReceived && known:
			w.t.Errorf("N4: %s was received twice", v.RequestID)
		case e.Type != protocol.EventReceived && !known:
			w.t.Errorf("N7: %s before it was received", v.RequestID)
		case now.Version <= before.Version:
			w.t.Errorf("N7: version %d of %s after %d", now.Version, v.RequestID, before.Version)
		}
		w.seen[v.RequestID] = now
	}
}

// until waits until the picture is what it should be. A message on a request that
// nobody has joined moves its version without an event (T03), but each request's
// last command here is one that the feed tells of.
func (w *watcher) until(ctx context.Context, is func(map[string]truth) bool) {
	gomega.NewWithT(w.t).Eventually(ctx, func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return is(w.seen)
	}).WithPolling(10*time.Millisecond).Should(gomega.BeTrue(), "the feed never came to the picture of the answers")
}
