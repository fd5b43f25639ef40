package inbox_test

import (
	"encoding/json"
	"testing"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// desk is a lab with alice, bob and carol subscribed to l1, of which carol is an
// Admin.
func desk(t *testing.T, change ...func(*snapshot.Snapshot)) *lab.Lab {
	t.Helper()
	l := lab.Start(t)
	program(l, change...)
	for _, agent := range []inbox.Agent{lab.Alice, lab.Bob, lab.Carol} {
		must(t, l.Do.See(ctx, agent))
	}
	must(t, l.Do.Subscribe(ctx, lab.Carol, "l1"))
	return l
}

func program(l *lab.Lab, change ...func(*snapshot.Snapshot)) {
	config := lab.Config()
	for _, change := range change {
		change(&config)
	}
	l.Program(config)
}

func grab(s *snapshot.Snapshot) { s.Lists[0].JoinPolicy = snapshot.JoinGrab }

func realert(s *snapshot.Snapshot) { s.Lists[0].RealertPolicy = snapshot.RealertOnCustomerMessage }

// without takes every access from the Representatives.
func without(s *snapshot.Snapshot) { s.Subscriptions = s.Subscriptions[1:] }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func did(t *testing.T) func(protocol.Result, error) protocol.Result {
	return func(r protocol.Result, err error) protocol.Result {
		t.Helper()
		must(t, err)
		return r
	}
}

// write puts a key of the runtime's own into the store.
func write(t *testing.T, l *lab.Lab, key string, value any) {
	t.Helper()
	data, err := json.Marshal(value)
	must(t, err)
	result, err := l.Store.Commit(ctx, store.Txn{Ops: []store.Op{store.Put(key, data)}})
	must(t, err)
	must(t, l.View.WaitFor(ctx, result.Revision))
}

func document(t *testing.T, l *lab.Lab, id string) *request.Document {
	t.Helper()
	e := l.View.Request(id)
	if e == nil {
		t.Fatalf("%s is not open", id)
	}
	return e.Doc
}

func rows(requests []*protocol.Request) []string {
	ids := []string{}
	for _, r := range requests {
		ids = append(ids, r.ID)
	}
	return ids
}
