package presence

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/store"
)

func start(t *testing.T, l *lab.Lab, replica string, ttl time.Duration) (w *Writer, stop func()) {
	t.Helper()
	w = New(l.Store, replica, l.Clock.Now, slog.New(slog.DiscardHandler))
	w.ttl = ttl
	return w, run(t, w)
}

func run(t *testing.T, w *Writer) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { w.Run(ctx) })
	stop = func() { cancel(); running.Wait() }
	t.Cleanup(stop)
	return stop
}

func TestWhoIsThere(t *testing.T) {
	l := lab.Start(t)
	one, _ := start(t, l, "one", TTL)
	two, _ := start(t, l, "two", TTL)

	one.Connected("alice", "s1")
	l.Eventually(func() bool { return l.View.Present("alice") })
	one.Connected("alice", "s2")
	l.Eventually(func() bool { return session(t, l, "alice", "one") == "s2" })
	two.Connected("alice", "s3")
	l.Eventually(func() bool { return session(t, l, "alice", "two") == "s3" })

	one.Disconnected("alice", "s1", false)
	one.Disconnected("alice", "s2", true)
	l.Eventually(func() bool { return session(t, l, "alice", "one") == "" })
	if !l.View.Present("alice") {
		t.Error("alice is connected to the other replica")
	}
	two.Disconnected("alice", "s3", true)
	l.Eventually(func() bool { return !l.View.Present("alice") })
}

// A thousand agents connect at once, and go at once.
func TestManyAtOnce(t *testing.T) {
	l := lab.Start(t)
	w, _ := start(t, l, "one", TTL)
	const agents = 1000
	for n := range agents {
		w.Connected(fmt.Sprint("agent-", n), "s")
	}
	l.Eventually(func() bool { return len(l.View.PresentAgents()) == agents })
	for n := range agents {
		w.Disconnected(fmt.Sprint("agent-", n), "s", true)
	}
	l.Eventually(func() bool { return len(l.View.PresentAgents()) == 0 })
}

// A replica that dies takes its records with it, and no other's.
func TestTheRecordsOfADeadReplicaGo(t *testing.T) {
	l := lab.Start(t)
	dying, kill := start(t, l, "dying", 2*time.Second)
	living, _ := start(t, l, "living", TTL)
	dying.Connected("alice", "s1")
	living.Connected("bob", "s2")
	l.Eventually(func() bool { return l.View.Present("alice") && l.View.Present("bob") })
	kill()
	l.Eventually(func() bool { return !l.View.Present("alice") })
	if !l.View.Present("bob") {
		t.Error("bob's replica lives")
	}
}

func session(t *testing.T, l *lab.Lab, agent, replica string) string {
	t.Helper()
	kv, err := l.Store.Get(context.Background(), keyspace.Presence(agent, replica))
	if err != nil {
		t.Fatal(err)
	}
	if kv.Revision == 0 {
		return ""
	}
	var record keyspace.PresenceRecord
	if err := json.Unmarshal(kv.Value, &record); err != nil {
		t.Fatal(err)
	}
	return record.Session
}

// A lease that is lost is replaced, and everybody written again.
func TestALostLease(t *testing.T) {
	l := lab.Start(t)
	w, _ := start(t, l, "one", TTL)
	w.Connected("alice", "s1")
	l.Eventually(func() bool { return l.View.Present("alice") })
	// The record goes, as it does with its lease.
	if _, err := l.Store.Commit(context.Background(), store.Txn{Ops: []store.Op{store.Delete(keyspace.Presence("alice", "one"))}}); err != nil {
		t.Fatal(err)
	}
	l.Eventually(func() bool { return !l.View.Present("alice") })
	w.all() // what Run does with a new lease
	l.Eventually(func() bool { return l.View.Present("alice") })
}
