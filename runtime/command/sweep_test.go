package command_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// hears is a log that calls once, when it hears a word.
type hears struct {
	slog.Handler
	word string
	then func()
}

func (h *hears) Enabled(context.Context, slog.Level) bool { return true }

func (h *hears) Handle(_ context.Context, r slog.Record) error {
	if then := h.then; then != nil && strings.Contains(r.Message, h.word) {
		h.then = nil
		then()
	}
	return nil
}

// What one programming sweeps is never what another one has just written: the
// pieces of an unfinished programming may be those of the next snapshot.
func TestSweepSparesWhatCameIntoForceMeanwhile(t *testing.T) {
	l := lab.Start(t)
	second, third := lab.Config(), lab.Config()
	second.Lists[0].DisplayName, third.Lists[0].DisplayName = "second", "third"
	// The third one was begun before, and broken off after its piece was written.
	encoded, err := third.Encode()
	if err != nil {
		t.Fatal(err)
	}
	r, err := l.Store.Commit(ctx, store.Txn{Ops: []store.Op{store.Put(keyspace.ConfigChunk(snapshot.Digest(encoded), 0), encoded)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.View.WaitFor(ctx, r.Revision); err != nil {
		t.Fatal(err)
	}
	between := &hears{word: "adopted", then: func() { // and the old ones are not swept yet
		if refusal, err := l.Do.Program(ctx, snapshot.Update{Sequence: 3, Snapshot: third}); err != nil || refusal != nil {
			t.Errorf("the third: %v, %+v", err, refusal)
		}
	}}
	first := command.New(command.Options{Store: l.Store, View: l.View, Now: l.Clock.Now, Log: slog.New(between)})
	if refusal, err := first.Program(ctx, snapshot.Update{Sequence: 2, Snapshot: second}); err != nil || refusal != nil {
		t.Fatalf("the second: %v, %+v", err, refusal)
	}
	l.Stop()
	l.Run()
	l.Eventually(func() bool { return l.Hub.Ready() == nil })
	if got := l.View.Config(); got == nil || got.Sequence != 3 {
		t.Errorf("after a restart %+v is in force", got)
	}
}

// Snapshots of many pieces go, too.
func TestSweepOfALargeSnapshot(t *testing.T) {
	l := lab.Start(t)
	large := lab.Config()
	large.Lists[0].Description = strings.Repeat("x", 9<<20)
	l.Program(large)
	l.Program(lab.Config())
	l.Eventually(func() bool {
		_, old := l.View.ConfigKeys()
		return len(old) == 1
	})
}
