package hub_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/store"
)

// desk is an agent with a connection.
type desk struct {
	t     *testing.T
	agent inbox.Agent
	c     *hub.Conn
	// began is the cursor behind the first snapshot, heard what has come since.
	began string
	heard []hub.Frame
}

// sit connects an agent who is subscribed to the lists of their subscriptions.
func sit(t *testing.T, l *lab.Lab, agent inbox.Agent, subscribe ...string) *desk {
	t.Helper()
	for _, list := range subscribe {
		if err := l.Do.Subscribe(ctx, agent, list); err != nil {
			t.Fatal(err)
		}
	}
	d := &desk{t: t, agent: agent, c: l.Connect(agent, "")}
	first := next(t, d.c)
	wantTypes(t, agent.Name+" begins", first.Frames, protocol.EventSnapshot)
	d.began = first.Cursor
	return d
}

// hears holds what has come since the last time to words of it: all of it, in order.
func (d *desk) hears(rule string, want ...string) {
	d.t.Helper()
	frames, _ := until(d.t, d.c, len(want))
	d.heard = append(d.heard, frames...)
	if diff := cmp.Diff(want, words(d.t, frames)); diff != "" {
		d.t.Fatalf("%s: %s hears (-want +got):\n%s", rule, d.agent.Name, diff)
	}
}

func words(t *testing.T, frames []hub.Frame) (said []string) {
	t.Helper()
	for _, f := range frames {
		said = append(said, word(t, f))
	}
	return said
}

func word(t *testing.T, f hub.Frame) string {
	t.Helper()
	switch f.Type {
	case protocol.EventSnapshot:
		s := snapshotOf(t, f)
		return fmt.Sprintf("snapshot of %d", len(s.Requests))
	case protocol.EventReceived:
		if lab.Event(t, f).Alert {
			return "received, alert"
		}
		return "received"
	case protocol.EventStateChanged:
		return string(lab.Event(t, f).Request.State)
	case protocol.EventMembersChanged:
		return "members"
	case protocol.EventRemoved:
		return "removed for " + lab.Event(t, f).GrabbedBy
	case protocol.EventOffer:
		return "offer " + string(lab.Event(t, f).Status)
	}
	return strings.TrimPrefix(string(f.Type), "request.")
}

// each lets every desk hear the same.
func each(rule string, desks []*desk, want ...string) {
	for _, d := range desks {
		d.t.Helper()
		d.hears(rule, want...)
	}
}

// rows are the requests that an agent who connects now is shown.
func rows(t *testing.T, l *lab.Lab, agent inbox.Agent) (ids []string) {
	t.Helper()
	c := l.Connect(agent, "")
	defer c.Close()
	for _, r := range snapshotOf(t, next(t, c).Frames[0]).Requests {
		ids = append(ids, r.ID)
	}
	return ids
}

func join(t *testing.T, l *lab.Lab, agent inbox.Agent, id string) {
	t.Helper()
	result, err := l.Do.Join(ctx, agent, id, "")
	do(t, result, err)
}

func leave(t *testing.T, l *lab.Lab, agent inbox.Agent, id string) {
	t.Helper()
	result, err := l.Do.Leave(ctx, agent, id, "")
	do(t, result, err)
}

func shut(t *testing.T, l *lab.Lab, agent inbox.Agent, id string) {
	t.Helper()
	result, err := l.Do.Close(ctx, agent, id, "")
	do(t, result, err)
}

// meet says that agents are connected, so that a place can be offered to them (T30).
func meet(t *testing.T, l *lab.Lab, agents ...inbox.Agent) {
	t.Helper()
	for _, a := range agents {
		put(t, l, keyspace.Presence(a.Name, "lab"), keyspace.PresenceRecord{Session: "of " + a.Name, At: l.Clock.Now()})
	}
}

// put writes a record into the store, and waits until the view has it.
func put(t *testing.T, l *lab.Lab, key string, value any) {
	t.Helper()
	result, err := l.Store.Commit(ctx, store.Txn{Ops: []store.Op{store.Put(key, encode(t, value))}})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.View.WaitFor(ctx, result.Revision); err != nil {
		t.Fatal(err)
	}
}
