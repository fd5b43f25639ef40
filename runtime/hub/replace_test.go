package hub_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/view"
)

// replica runs another hub, with a view of its own, on the lab's store.
func replica(t *testing.T, l *lab.Lab, name string, options ...func(*hub.Options)) *hub.Hub {
	t.Helper()
	o := hub.Options{Store: l.Store, View: view.New(l.Store.History()), Name: name, Log: slog.New(slog.DiscardHandler), Now: l.Clock.Now}
	for _, change := range options {
		change(&o)
	}
	h := hub.New(o)
	running, cancel := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() { _ = h.Run(running) })
	t.Cleanup(func() { cancel(); done.Wait() })
	l.Eventually(func() bool { return h.Ready() == nil })
	return h
}

// sessions are those that a hub has told of.
type sessions struct {
	mu   sync.Mutex
	last string
	log  []string
}

func (s *sessions) of(o *hub.Options) {
	o.Connected = func(agent, session string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.last = session
		s.log = append(s.log, agent+" comes")
	}
	o.Disconnected = func(agent, _ string, last bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.log = append(s.log, fmt.Sprintf("%s goes, last %t", agent, last))
	}
}

func (s *sessions) newest() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

func replacing(l *lab.Lab, policy snapshot.SessionPolicy) {
	config := lab.Config()
	config.Sessions.Policy = policy
	l.Program(config)
}

func tell(t *testing.T, l *lab.Lab, agent inbox.Agent, replica, session string) {
	t.Helper()
	put(t, l, keyspace.Presence(agent.Name, replica), keyspace.PresenceRecord{Session: session, At: l.Clock.Now()})
}

func wantReplaced(t *testing.T, what string, c *hub.Conn) {
	t.Helper()
	wantTypes(t, what, next(t, c).Frames, protocol.EventReplaced)
	if _, err := c.Next(ctx); !errors.Is(err, hub.ErrReplaced) {
		t.Errorf("%s: it ends with %v", what, err)
	}
}

// R6: where one session is what an agent may have, a newer one ends the older one,
// here and at another replica, in the order in which the store tells of them.
func TestNewerSessionReplacesTheOlder(t *testing.T) {
	var here, there sessions
	l := lab.Start(t, here.of)
	replacing(l, snapshot.SessionReplace)
	second := replica(t, l, "second", there.of)
	bob := sit(t, l, lab.Bob)
	id := l.Message("john", "m1").Request
	join(t, l, lab.Alice, id)

	first := sit(t, l, lab.Alice)
	s1 := here.newest()
	tell(t, l, lab.Alice, "first", s1)
	l.Eventually(func() bool { return second.Stats().Revision >= l.View.Revision() }) // and knows of alice's lists
	c, err := second.Connect(ctx, lab.Alice, "")
	if err != nil {
		t.Fatal(err)
	}
	next(t, c)
	tell(t, l, lab.Alice, "second", there.newest())
	wantReplaced(t, "at the other replica", first.c)
	first.c.Close()

	// The first replica was away, and tells of what it still had: that is older.
	tell(t, l, lab.Alice, "first", s1)
	l.Message("paul", "m2")
	(&desk{t: t, agent: lab.Alice, c: c}).hears("the newer one goes on", "received, alert")
	third := sit(t, l, lab.Alice)
	tell(t, l, lab.Alice, "first", here.newest())
	wantReplaced(t, "by the third, at this replica", c)
	c.Close()

	fourth, fifth := sit(t, l, lab.Alice), sit(t, l, lab.Alice)
	tell(t, l, lab.Alice, "first", here.newest()) // of the fourth the store is never told
	wantReplaced(t, "the third", third.c)
	wantReplaced(t, "the fourth", fourth.c)

	l.Message("john", "m3")
	fifth.hears("memberships are unaffected", "message")
	l.Message("mary", "m4")
	bob.hears("nobody else notices", "received, alert", "ACTIVE", "received, alert", "received, alert")
}

// R6: what an ending connection is told before comes first, and what comes later is
// for its next one.
func TestReplacedConnectionEndsBehindItsRevision(t *testing.T) {
	var here sessions
	l := lab.Start(t, here.of)
	replacing(l, snapshot.SessionReplace)
	first := sit(t, l, lab.Alice)
	tell(t, l, lab.Alice, "first", here.newest())
	l.Message("john", "m1")
	second := sit(t, l, lab.Alice)
	tell(t, l, lab.Alice, "first", here.newest())
	l.Message("mary", "m2")
	flush := next(t, first.c)
	wantTypes(t, "R6", flush.Frames, protocol.EventReceived, protocol.EventReplaced)
	second.hears("R6", "received, alert")
	third := &desk{t: t, agent: lab.Alice, c: l.Connect(lab.Alice, flush.Cursor)}
	third.hears("R1", "received, alert")
}

// R6: by default an agent has as many sessions as they like.
func TestSessionsBesideEachOther(t *testing.T) {
	var here sessions
	l := lab.Start(t, here.of)
	first := sit(t, l, lab.Alice)
	tell(t, l, lab.Alice, "first", here.newest())
	second := sit(t, l, lab.Alice)
	tell(t, l, lab.Alice, "first", here.newest())
	tell(t, l, lab.Alice, "second", "another")
	l.Message("john", "m1")
	each("R6", []*desk{first, second}, "received, alert")
}

// Who comes and goes is told in order, with whether it was their last connection.
func TestConnectionsAreTold(t *testing.T) {
	var here sessions
	l := lab.Start(t, here.of)
	first, second := l.Connect(lab.Alice, ""), l.Connect(lab.Alice, "")
	one := here.newest()
	l.Connect(lab.Bob, "").Close()
	first.Close()
	first.Close()
	second.Close()
	want := []string{"alice comes", "alice comes", "bob comes", "bob goes, last true", "alice goes, last false", "alice goes, last true"}
	if diff := cmp.Diff(want, here.log); diff != "" || one == here.newest() {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
