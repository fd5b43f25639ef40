package command_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
)

// act is a command of an agent on a request, or on an offer.
type act = func(context.Context, inbox.Agent, string, string) (protocol.Result, error)

// patient is for commands that many give at the same moment: each waits for those that
// come before it, on a busy machine for longer than a command does by itself.
func patient(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// must carries out what has to succeed.
func must(t testing.TB, do act, agent inbox.Agent, id string) protocol.Result {
	t.Helper()
	return done(t)(do(ctx, agent, id, ""))
}

// done takes the answer of a command that has to succeed.
func done(t testing.TB) func(protocol.Result, error) protocol.Result {
	t.Helper()
	return func(r protocol.Result, err error) protocol.Result {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
}

// refused takes the error of a command that has to be refused, and to say what to
// do about it.
func refused(t testing.TB, rule string, want command.Reason, err error) *command.Error {
	t.Helper()
	if reason(err) != want {
		t.Fatalf("%s: %v, want %s", rule, err, want)
	}
	e := err.(*command.Error)
	if len(e.Message) < 20 {
		t.Errorf("%s: %q helps nobody", rule, e.Message)
	}
	return e
}

// connect lets the runtime know agents, and be connected with them.
func connect(l *lab.Lab, agents ...inbox.Agent) {
	l.T.Helper()
	for _, agent := range agents {
		if err := l.Do.See(ctx, agent); err != nil {
			l.T.Fatal(err)
		}
		write(l, store.Put(keyspace.Presence(agent.Name, "lab"), []byte(`{"session":"s1"}`)))
	}
}

// another is the executor of another replica: what it does at the same moment is met
// by compares and not by queues.
func another(l *lab.Lab) *command.Executor {
	return command.New(command.Options{Store: l.Store, View: l.View, Now: l.Clock.Now})
}

// either is one of two replicas.
func either(l *lab.Lab) func(i int) *command.Executor {
	replicas := []*command.Executor{l.Do, another(l)}
	return func(i int) *command.Executor { return replicas[i%2] }
}

// write puts something into the store, and waits until the view has seen it.
func write(l *lab.Lab, ops ...store.Op) {
	l.T.Helper()
	result, err := l.Store.Commit(ctx, store.Txn{Ops: ops})
	if err != nil {
		l.T.Fatal(err)
	}
	if err := l.View.WaitFor(ctx, result.Revision); err != nil {
		l.T.Fatal(err)
	}
}

// kept reads a record of the store; false where there is none.
func kept[T any](l *lab.Lab, key string) (record T, ok bool) {
	l.T.Helper()
	kv, err := l.Store.Get(ctx, key)
	if err != nil {
		l.T.Fatal(err)
	}
	if kv.Revision == 0 {
		return record, false
	}
	if err := json.Unmarshal(kv.Value, &record); err != nil {
		l.T.Fatal(err)
	}
	return record, true
}

// keys lists what there is under a prefix, without it.
func keys(l *lab.Lab, prefix string) []string {
	l.T.Helper()
	names := []string{}
	if _, err := l.Store.Load(ctx, []string{prefix}, func(kv store.KV) error {
		names = append(names, strings.TrimPrefix(kv.Key, prefix))
		return nil
	}); err != nil {
		l.T.Fatal(err)
	}
	return names
}

// open is a request that has to be open.
func open(l *lab.Lab, id string) *request.Document {
	l.T.Helper()
	e := l.View.Request(id)
	if e == nil {
		l.T.Fatalf("request %s is not open", id)
	}
	return e.Doc
}

// closed is a request that has to be closed.
func closed(l *lab.Lab, id string) *request.Document {
	l.T.Helper()
	d, ok := kept[request.Document](l, keyspace.Closed(id))
	if !ok || l.View.Request(id) != nil || d.State != request.Closed {
		l.T.Fatalf("request %s is not closed: %+v", id, d)
	}
	return &d
}

// members names who is in a request.
func members(d *request.Document) []string {
	names := []string{}
	for _, m := range d.Members {
		names = append(names, m.Agent)
	}
	return names
}

// target makes a transfer or an invitation to somebody a command like the others.
func target(do func(context.Context, inbox.Agent, string, string, protocol.Target) (protocol.Result, error), to protocol.Target) act {
	return func(ctx context.Context, agent inbox.Agent, id, key string) (protocol.Result, error) {
		return do(ctx, agent, id, key, to)
	}
}

// saying makes a message to the customer a command like the others.
func saying(x *command.Executor, text string) act {
	return func(ctx context.Context, agent inbox.Agent, id, key string) (protocol.Result, error) {
		return x.Say(ctx, agent, id, key, protocol.Say{Text: text})
	}
}

// wrapping makes a wrap-up a command like the others.
func wrapping(x *command.Executor, reasons ...string) act {
	return func(ctx context.Context, agent inbox.Agent, id, key string) (protocol.Result, error) {
		return x.WrapUp(ctx, agent, id, key, protocol.WrapUp{Reasons: reasons})
	}
}

// removing makes the removal of a member a command like the others.
func removing(x *command.Executor, member string) act {
	return func(ctx context.Context, agent inbox.Agent, id, key string) (protocol.Result, error) {
		return x.RemoveMember(ctx, agent, id, member, key)
	}
}

// toAgent and toList are to whom something is transferred or offered.
func toAgent(name string) protocol.Target { return protocol.Target{Agent: name} }
func toList(name string) protocol.Target  { return protocol.Target{List: name} }
