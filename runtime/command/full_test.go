package command_test

import (
	"fmt"
	"testing"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
)

// A store that is nearly full takes no new requests, and what is open goes on.
func TestNearlyFullStore(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	for n := range 20 {
		var txn store.Txn
		for part := range store.MaxOps {
			txn.Ops = append(txn.Ops, store.Put(fmt.Sprintf("filler/%d/%d", n, part), make([]byte, 20_000)))
		}
		if _, err := l.Store.Commit(ctx, txn); err != nil {
			t.Fatal(err)
		}
	}
	again := func(quota int64) {
		t.Helper()
		l.Stop()
		l.Quota = quota
		l.Run()
		l.Eventually(func() bool { return l.Hub.Ready() == nil })
	}
	again(0) // the figure of the used space lags behind writes, and not behind a start
	used, _, err := l.Store.Usage(ctx)
	if err != nil {
		t.Fatal(err)
	}
	again(used * 100 / 75)
	_, err = l.Do.Receive(ctx, "facebook", protocol.PostMessage{ID: "m1", Customer: protocol.Customer{ID: "mary"}, Text: "hello"})
	if reason(err) != command.StoreFull {
		t.Errorf("a new request at 75 %%: %v", err)
	}
	if got := l.Message("john", "m2"); got.Request != id || got.Outcome != request.Appended {
		t.Errorf("a message of an open request: %+v", got)
	}
	for name, do := range map[string]error{
		"join":  func() error { _, err := l.Do.Join(ctx, lab.Alice, id, ""); return err }(),
		"close": func() error { _, err := l.Do.Close(ctx, lab.Carol, id, ""); return err }(),
	} {
		if do != nil {
			t.Errorf("%s: %v", name, do)
		}
	}
	if got := l.Message("john", "m1"); !got.Duplicate || got.Request != id {
		t.Errorf("G9: a repeat: %+v", got)
	}
	again(used * 2)
	if got := l.Message("mary", "m1"); got.Outcome != request.Opened {
		t.Errorf("with room again: %+v", got)
	}
}
