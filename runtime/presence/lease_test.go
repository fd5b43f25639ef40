package presence

import (
	"context"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/store"
)

// counter counts what is logged.
type counter struct {
	slog.Handler
	said atomic.Int64
}

func (c *counter) Enabled(context.Context, slog.Level) bool { return true }

func (c *counter) Handle(context.Context, slog.Record) error { c.said.Add(1); return nil }

// While records cannot be written, no lease is renewed that nothing hangs on.
func TestLeasesDoNotPileUp(t *testing.T) {
	l := lab.Start(t)
	failures := &counter{Handler: slog.DiscardHandler}
	w := New(l.Store, "one", l.Clock.Now, slog.New(failures))
	w.pause = time.Millisecond
	run(t, w)
	w.Connected("alice", "s1")
	l.Eventually(func() bool { return l.View.Present("alice") })
	before := runtime.NumGoroutine()
	w.Connected("bob", strings.Repeat("s", store.MaxTransitionBytes))
	l.Eventually(func() bool { return failures.said.Load() > 100 })
	if now := runtime.NumGoroutine(); now > before+20 {
		t.Errorf("%d goroutines after 100 failures, and %d before", now, before)
	}
}
