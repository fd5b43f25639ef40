package gate_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/gate"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/view"
)

// dawdling takes its time with a line, so that who writes one is overtaken.
type dawdling struct{ slog.Handler }

func (dawdling) Enabled(context.Context, slog.Level) bool { return true }

func (dawdling) Handle(context.Context, slog.Record) error {
	for range rand.IntN(100) {
		runtime.Gosched()
	}
	return nil
}

// Whoever comes while snapshots are taken into force, and however many: the issuers of
// the last one are those that are trusted from then on, and none of one before.
func TestTrustFollowsTheSnapshot(t *testing.T) {
	v := view.New("history")
	revision := int64(0)
	program := func(issuers ...snapshot.Issuer) {
		t.Helper()
		revision++
		config := snapshot.Snapshot{FormatVersion: 1, Authentication: snapshot.Authentication{Issuers: issuers}}
		encoded, err := config.Encode()
		if err != nil {
			t.Fatal(err)
		}
		digest := snapshot.Digest(encoded)
		pointer, err := json.Marshal(keyspace.Pointer{Sequence: revision, Digest: digest, Chunks: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Apply(store.Batch{Revision: revision, Events: []store.Event{
			{Key: keyspace.ConfigChunk(digest, 0), Value: encoded, Revision: revision},
			{Key: keyspace.ConfigCurrent, Value: pointer, Revision: revision},
		}}); err != nil {
			t.Fatal(err)
		}
	}
	slow := slog.New(dawdling{slog.DiscardHandler})
	g := gate.New(gate.Options{View: v, Log: slow, Verifier: auth.NewVerifier(auth.Options{Logger: slow})})
	useless := snapshot.Issuer{URL: "https://useless.test", CABundle: "none"}
	over := atomic.Bool{}
	var callers sync.WaitGroup
	defer callers.Wait()
	defer over.Store(true)
	for range 8 {
		callers.Go(func() {
			for !over.Load() {
				g.Reach()
			}
		})
	}
	for n := range 1000 {
		url := fmt.Sprintf("https://issuer-%d.test", n)
		program(useless)
		program(snapshot.Issuer{URL: url, Audience: "pullmode"}, useless)
		for range 3 {
			if diff := cmp.Diff([]auth.Reach{{Issuer: url}}, g.Reach()); diff != "" {
				t.Fatalf("after %d snapshots (-want +got):\n%s", n+1, diff)
			}
		}
	}
}
