package outbound

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/outbound/webhook"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// 100,000 messages of as many conversations behind a receiver that does not answer:
// what the pump holds of them.
func BenchmarkHangingReceiver(b *testing.B) {
	const messages = 100_000
	s, err := store.Open(b.Context(), store.Options{Dir: b.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	var ops []store.Op
	for i := range messages {
		thread := fmt.Sprintf("r%06d", i)
		value, err := json.Marshal(keyspace.OutboxRecord{
			Channel: "facebook", Request: thread, Thread: thread, Customer: request.Customer{ID: thread},
			Message: request.Message{Number: 1, Text: strings.Repeat("hello ", 100), At: written},
		})
		if err != nil {
			b.Fatal(err)
		}
		if ops = append(ops, store.Put(keyspace.Sending(thread, 1), value)); len(ops) == store.MaxOps || i == messages-1 {
			if _, err := s.Commit(b.Context(), store.Txn{Ops: ops}); err != nil {
				b.Fatal(err)
			}
			ops = nil
		}
	}
	release := make(chan struct{})
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer receiver.Close()
	defer close(release)
	config := snapshot.NewIndex(&snapshot.Snapshot{Channels: []snapshot.Channel{{
		Source: snapshot.Source{Name: "facebook"}, Outbound: &snapshot.Webhook{URL: receiver.URL},
	}}}, 1, "")
	poster := webhook.NewPoster(webhook.Options{AllowLoopback: true, Timeout: time.Hour})
	defer poster.CloseIdle()
	for b.Loop() {
		before := held()
		p := New(Options{
			Store: s, Poster: poster, Config: func() *snapshot.Index { return config },
			Now: func() time.Time { return written }, Log: slog.New(slog.DiscardHandler),
			Failed: func(context.Context, string, string, int64, string) error { return nil },
		})
		ctx, cancel := context.WithCancel(b.Context())
		lines := newLines(p, ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = p.follow(ctx, lines)
		}()
		for waiting := 0; waiting < messages; runtime.Gosched() {
			lines.mu.Lock()
			waiting = len(lines.byKey)
			lines.mu.Unlock()
		}
		b.ReportMetric(float64(held()-before)/messages, "B/message")
		cancel()
		<-done
		lines.wait()
	}
}

// held is the memory that is in use, for stacks, too.
func held() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
