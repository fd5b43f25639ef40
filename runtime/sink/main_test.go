package sink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/internal/leak"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/outbound/webhook"
	"github.com/pullmode/operator/runtime/record"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/view"
)

func TestMain(m *testing.M) { leak.Main(m) }

var began = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// house is a store, a view that follows it, and a sink that tells of it.
type house struct {
	t     *testing.T
	dir   string
	store *store.Store
	view  *view.View
	shut  func()

	sequence int64
	mu       sync.Mutex
	now      time.Time
	counts   map[string]int
}

func newHouse(t *testing.T) *house {
	h := &house{t: t, dir: t.TempDir(), now: began, counts: map[string]int{}}
	h.open()
	return h
}

func (h *house) open() {
	h.t.Helper()
	s, err := store.Open(context.Background(), store.Options{Dir: h.dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		h.t.Fatal(err)
	}
	h.store, h.view = s, view.New(s.History())
	ctx, cancel := context.WithCancel(context.Background())
	loaded, err := s.Load(ctx, view.Prefixes, h.view.Load)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.view.Loaded(loaded); err != nil {
		h.t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Watch(ctx, loaded+1, h.view.Apply)
	}()
	h.shut = sync.OnceFunc(func() {
		cancel()
		<-done
		if err := s.Close(); err != nil {
			h.t.Error(err)
		}
	})
	h.t.Cleanup(h.shut)
}

// run runs a sink until stop is called, or the test is over.
func (h *house) run(change ...func(*Options)) (s *Sink, stop func()) {
	// No attempt is cut short: what was taken then would come again.
	poster := webhook.NewPoster(webhook.Options{AllowLoopback: true, Timeout: time.Hour})
	o := Options{
		Store: h.store, View: h.view, Poster: poster, Log: slog.New(slog.DiscardHandler), Now: h.clock,
		Least: time.Millisecond, Most: 5 * time.Millisecond,
		Counted: func(kind, outcome string) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.counts[kind+" "+outcome]++
		},
	}
	for _, c := range change {
		c(&o)
	}
	s = New(o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Run(ctx); !errors.Is(err, context.Canceled) {
			h.t.Errorf("run: %v", err)
		}
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		<-done
		poster.CloseIdle()
	})
	h.t.Cleanup(stop)
	return s, stop
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func (h *house) counted(what string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.counts[what]
}

func (h *house) commit(ops ...store.Op) int64 {
	h.t.Helper()
	result, err := h.store.Commit(h.t.Context(), store.Txn{Ops: ops})
	if err != nil {
		h.t.Fatal(err)
	}
	return result.Revision
}

func (h *house) json(value any) []byte {
	h.t.Helper()
	b, err := json.Marshal(value)
	if err != nil {
		h.t.Fatal(err)
	}
	return b
}

// program takes a snapshot into force whose sink is there; nowhere with an empty URL.
func (h *house) program(url string) {
	h.t.Helper()
	h.sequence++
	s := &snapshot.Snapshot{
		FormatVersion: snapshot.FormatVersion, Runtime: snapshot.Source{Name: "main", Generation: h.sequence},
		Channels: []snapshot.Channel{{Source: snapshot.Source{Name: "web"}, KeyHashes: []string{"hash-of-a-key"}, Outbound: &snapshot.Webhook{SigningKeys: []string{"secret-of-a-channel"}}}},
	}
	if url != "" {
		s.EventSink = &snapshot.Webhook{URL: url, SigningKeys: []string{"secret-of-the-sink"}}
	}
	encoded, err := s.Encode()
	if err != nil {
		h.t.Fatal(err)
	}
	digest := snapshot.Digest(encoded)
	h.commit(store.Put(keyspace.ConfigChunk(digest, 0), encoded))
	revision := h.commit(store.Put(keyspace.ConfigCurrent, h.json(keyspace.Pointer{Sequence: h.sequence, Digest: digest, Chunks: 1})))
	if err := h.view.WaitFor(h.t.Context(), revision); err != nil {
		h.t.Fatal(err)
	}
}

// tale is a request that things happen to.
type tale struct {
	*house
	doc *request.Document
}

func (h *house) tale(id string) *tale { return &tale{house: h, doc: &request.Document{ID: id}} }

// is lets a command happen to it, as the commands' executor writes it.
func (l *tale) is(kind request.Kind) int64 {
	l.t.Helper()
	c := request.Command{Kind: kind, Actor: request.Actor{Kind: request.AgentActor, Name: "alice"}}
	before := l.doc
	switch kind {
	case request.Receive:
		c.Actor = request.Actor{Kind: request.CustomerActor, Name: "customer of " + l.doc.ID}
		c.Customer = request.Customer{ID: c.Actor.Name}
		c.Message = request.Message{ID: "m", Text: "hello"}
		if before.Version == 0 {
			before = nil
		}
	case request.Close:
		c.Rights.Role = snapshot.Admin
	}
	d := request.Decide(before, c, request.Env{Now: l.clock(), Place: request.Place{ID: l.doc.ID, List: "l1", Channel: "web"}})
	if d.Next == nil {
		l.t.Fatalf("%s: %s", kind, d.Outcome)
	}
	l.doc = d.Next
	slot := keyspace.Slot("web", l.doc.Customer.ID)
	ops := []store.Op{store.Put(slot, l.json(l.doc))}
	if !l.doc.Open() {
		ops = []store.Op{store.Put(keyspace.Closed(l.doc.ID), l.json(l.doc)), store.Delete(slot)}
	}
	if d.Message != nil { // before the document: whichever is written first, it is told of second
		ops = append([]store.Op{store.Put(keyspace.Message(l.doc.MessageThread(), d.Message.Number), l.json(d.Message))}, ops...)
	}
	return l.commit(ops...)
}

// receiver is a sink behind real HTTP.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	answer func(e record.Event, nth int) int
	took   []record.Event
	bodies []string
	bad    error
	nth    int
}

func newReceiver(t *testing.T, answer func(e record.Event, nth int) int) *receiver {
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		var e record.Event
		err := errors.Join(json.Unmarshal(body, &e), webhook.Verify(req.Header, body, []string{"secret-of-the-sink"}, time.Now()))
		if got := req.Header.Get("Content-Type"); got != record.ContentType || req.Header.Get(webhook.HeaderID) != e.ID {
			err = errors.Join(err, fmt.Errorf("content type %q, id %q of %q", got, req.Header.Get(webhook.HeaderID), e.ID))
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.nth++
		r.bad = errors.Join(r.bad, err)
		status := r.answer(e, r.nth)
		if status < 300 {
			r.took, r.bodies = append(r.took, e), append(r.bodies, string(body))
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(r.Close)
	return r
}

// answers changes what is answered from now on.
func (r *receiver) answers(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = always(status)
}

func always(status int) func(record.Event, int) int {
	return func(record.Event, int) int { return status }
}

// told is what was taken, in order: a request's as "request version kind", anything
// else as its type.
func (r *receiver) told() (lines []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.took {
		line := e.Type
		if e.Subject != "" {
			var d request.Document
			_ = json.Unmarshal(e.Data.Request, &d)
			line = fmt.Sprintf("%s %d %s", e.Subject, d.Version, e.Type)
		}
		lines = append(lines, line)
	}
	return lines
}

func (h *house) eventually(fact func() bool) {
	h.t.Helper()
	gomega.NewWithT(h.t).Eventually(fact, 5*time.Minute, time.Millisecond).Should(gomega.BeTrue())
}

// cursor is the stored one.
func (h *house) cursor() (c keyspace.SinkRecord, there bool) {
	h.t.Helper()
	kv, err := h.store.Get(context.Background(), keyspace.SinkCursor)
	if err != nil {
		h.t.Fatal(err)
	}
	if kv.Revision == 0 {
		return c, false
	}
	if err := json.Unmarshal(kv.Value, &c); err != nil {
		h.t.Fatal(err)
	}
	return c, true
}
