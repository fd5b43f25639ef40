package outbound

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/internal/leak"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/outbound/webhook"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

func TestMain(m *testing.M) { leak.Main(m) }

var written = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// desk is a store with an outbox, a pump, and connectors behind real HTTP.
type desk struct {
	t     *testing.T
	store *store.Store
	dir   string

	mu     sync.Mutex
	now    time.Time
	config *snapshot.Index
	failed []string
	counts map[string]int
	deaf   bool // whether notes of failures are not taken
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, dir: t.TempDir(), now: written, counts: map[string]int{}}
	d.open()
	return d
}

func (d *desk) open() {
	d.t.Helper()
	s, err := store.Open(context.Background(), store.Options{Dir: d.dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		d.t.Fatal(err)
	}
	d.store = s
	d.t.Cleanup(func() { _ = s.Close() })
}

// run runs a pump until stop is called, or the test is over.
func (d *desk) run(change ...func(*Options)) (stop func()) {
	// No attempt is cut short: a test that waits for that shows nothing.
	poster := webhook.NewPoster(webhook.Options{AllowLoopback: true, Timeout: time.Hour})
	o := Options{
		Store: d.store, Poster: poster, Log: slog.New(slog.DiscardHandler),
		Config: func() *snapshot.Index { d.mu.Lock(); defer d.mu.Unlock(); return d.config },
		Now:    func() time.Time { d.mu.Lock(); defer d.mu.Unlock(); return d.now },
		Failed: d.fail,
		Attempted: func(channel, outcome string, _ time.Duration) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.counts[channel+" "+outcome]++
		},
		Least: time.Millisecond, Most: 5 * time.Millisecond,
	}
	for _, c := range change {
		c(&o)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := New(o).Run(ctx); !errors.Is(err, context.Canceled) {
			d.t.Errorf("run: %v", err)
		}
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		<-done
		poster.CloseIdle()
	})
	d.t.Cleanup(stop)
	return stop
}

func (d *desk) fail(_ context.Context, request, thread string, number int64, why string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.deaf {
		d.deaf = false
		return errors.New("the store did not answer")
	}
	d.failed = append(d.failed, fmt.Sprintf("%s %s/%d: %s", request, thread, number, why))
	return nil
}

func (d *desk) failures() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.failed)
}

func (d *desk) pass(after time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(after)
}

// channels takes a configuration into force, in which each named channel has that
// URL; one with an empty URL has no way back.
func (d *desk) channels(urls map[string]string) {
	s := &snapshot.Snapshot{}
	for name, url := range urls {
		c := snapshot.Channel{Source: snapshot.Source{Name: name}, ServiceIdentifier: "+31 20 " + name}
		if url != "" {
			c.Outbound = &snapshot.Webhook{URL: url, SigningKeys: []string{"old", "new"}}
		}
		s.Channels = append(s.Channels, c)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.config = snapshot.NewIndex(s, 1, "d")
}

// say puts an agent's message into the outbox.
func (d *desk) say(channel, thread string, number int64) {
	d.t.Helper()
	record := keyspace.OutboxRecord{
		Channel: channel, Request: "r-" + thread, Thread: thread,
		Customer: request.Customer{ID: "john", Name: "John Williams"},
		Message: request.Message{
			Number: number, Text: fmt.Sprintf("text %d", number), Kind: "note", At: written,
			From:        request.Actor{Kind: request.AgentActor, Name: "alice"},
			Attachments: []request.Attachment{{URL: "https://files.example.com/1", Name: "bill.pdf"}},
			Attributes:  map[string]string{"template": "hello"},
		},
	}
	value, err := json.Marshal(record)
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.store.Commit(d.t.Context(), store.Txn{Ops: []store.Op{store.Put(keyspace.Sending(thread, number), value)}}); err != nil {
		d.t.Fatal(err)
	}
}

// waiting is what stands in the outbox.
func (d *desk) waiting() []string {
	d.t.Helper()
	var keys []string
	if _, err := d.store.Load(context.Background(), []string{keyspace.Outbox}, func(kv store.KV) error {
		keys = append(keys, strings.TrimPrefix(kv.Key, keyspace.Outbox))
		return nil
	}); err != nil {
		d.t.Fatal(err)
	}
	return keys
}

func (d *desk) eventually(fact func() bool) {
	d.t.Helper()
	gomega.NewWithT(d.t).Eventually(fact, 5*time.Minute, time.Millisecond).Should(gomega.BeTrue())
}

func (d *desk) eventuallyEmpty() {
	d.t.Helper()
	d.eventually(func() bool { return len(d.waiting()) == 0 })
}

// connector is a receiver that keeps what it has had and answers as it is told.
type connector struct {
	*httptest.Server
	mu     sync.Mutex
	had    []Message
	answer func(m Message, nth int) int // nth counts what has come, from 1
	bad    []error
}

func newConnector(t *testing.T, answer func(m Message, nth int) int) *connector {
	c := &connector{answer: answer}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var m Message
		err := errors.Join(json.Unmarshal(body, &m), webhook.Verify(r.Header, body, []string{"new"}, time.Now()))
		if r.Header.Get(webhook.HeaderID) != m.ID {
			err = errors.Join(err, fmt.Errorf("webhook-id %q of message %q", r.Header.Get(webhook.HeaderID), m.ID))
		}
		c.mu.Lock()
		c.had, c.bad = append(c.had, m), append(c.bad, err)
		nth := len(c.had)
		c.mu.Unlock()
		w.WriteHeader(c.answer(m, nth))
	}))
	t.Cleanup(c.Close)
	return c
}

func take(Message, int) int { return http.StatusNoContent }

func (c *connector) got() (ids []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.had {
		ids = append(ids, m.ID)
	}
	return ids
}

func TestAMessageAsAConnectorSeesIt(t *testing.T) {
	d, c := newDesk(t), newConnector(t, take)
	d.channels(map[string]string{"wa": c.URL})
	d.say("wa", "t1", 7)
	d.run()
	d.eventuallyEmpty()
	want := []Message{{
		ID: "t1/7", Request: "r-t1", Channel: "wa", ServiceIdentifier: "+31 20 wa",
		Customer: Customer{ID: "john", Name: "John Williams"}, Text: "text 7", Kind: "note",
		Attachments: []request.Attachment{{URL: "https://files.example.com/1", Name: "bill.pdf"}},
		Attributes:  map[string]string{"template": "hello"}, From: Sender{Agent: "alice"}, At: written,
	}}
	if diff := gocmp.Diff(want, c.had); diff != "" {
		t.Error(diff)
	}
	if err := errors.Join(c.bad...); err != nil {
		t.Error(err)
	}
	if got := d.failures(); len(got) > 0 {
		t.Errorf("failed: %v", got)
	}
}

func TestAnAnonymousCustomerHasNoName(t *testing.T) {
	m := compose(keyspace.OutboxRecord{Customer: request.Customer{ID: "1", Name: "Jane Doe", Anonymous: true}}, &snapshot.Channel{})
	if m.Customer != (Customer{ID: "1"}) {
		t.Errorf("%+v", m.Customer)
	}
}

// In order within a thread, whatever fails on the way: the second does not overtake
// the first.
func TestOrder(t *testing.T) {
	d := newDesk(t)
	c := newConnector(t, func(_ Message, nth int) int {
		if nth%3 != 0 {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	})
	d.channels(map[string]string{"wa": c.URL})
	d.say("wa", "t1", 9) // in the outbox before the pump is there
	d.say("wa", "t1", 10)
	d.run()
	for n := int64(11); n < 15; n++ {
		d.say("wa", "t1", n)
	}
	d.eventuallyEmpty()
	var want []string
	for n := 9; n < 15; n++ {
		id := fmt.Sprintf("t1/%d", n)
		want = append(want, id, id, id)
	}
	if diff := gocmp.Diff(want, c.got()); diff != "" {
		t.Error(diff)
	}
	if got := d.counts["wa "+Delivered]; got != 6 {
		t.Errorf("%d were counted as delivered", got)
	}
}

func TestWhatFailsForGood(t *testing.T) {
	d := newDesk(t)
	c := newConnector(t, func(m Message, _ int) int {
		if m.ID == "t1/1" {
			return http.StatusUnprocessableEntity
		}
		return http.StatusOK
	})
	d.channels(map[string]string{"wa": c.URL, "mute": ""})
	d.deaf = true // the first note of a failure is not taken, and has to be repeated
	d.say("wa", "t1", 1)
	d.say("wa", "t1", 2) // is not held up
	d.say("gone", "t2", 1)
	d.say("mute", "t3", 1)
	d.run()
	d.eventuallyEmpty()
	got := d.failures()
	slices.Sort(got)
	if diff := gocmp.Diff([]string{
		"r-t1 t1/1: the receiver answered 422 Unprocessable Entity",
		"r-t2 t2/1: the channel gone has been deleted",
		"r-t3 t3/1: the channel mute has no outbound URL any more",
	}, got); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([]string{"t1/1", "t1/2"}, c.got()); diff != "" {
		t.Error(diff)
	}
}

// After GiveUpAfter a message fails with what was the matter last; before, never.
func TestGivesUp(t *testing.T) {
	d := newDesk(t)
	c := newConnector(t, func(Message, int) int { return http.StatusBadGateway })
	d.channels(map[string]string{"wa": c.URL})
	d.say("wa", "t1", 1)
	d.run()
	d.pass(DefaultGiveUpAfter - time.Millisecond)
	d.eventually(func() bool { return len(c.got()) > 5 })
	if got := d.failures(); len(got) > 0 {
		t.Fatalf("gave up early: %v", got)
	}
	d.pass(time.Millisecond)
	d.eventuallyEmpty()
	if diff := gocmp.Diff([]string{"r-t1 t1/1: the receiver answered 502 Bad Gateway"}, d.failures()); diff != "" {
		t.Error(diff)
	}
}

// What has waited for longer than that, because nobody was there to send it, is
// tried once all the same.
func TestTriesOnceWhateverItsAge(t *testing.T) {
	d, c := newDesk(t), newConnector(t, take)
	d.channels(map[string]string{"wa": c.URL})
	d.say("wa", "t1", 1)
	d.pass(time.Hour)
	d.run()
	d.eventuallyEmpty()
	if len(c.got()) != 1 || len(d.failures()) > 0 {
		t.Errorf("got %v, failed %v", c.got(), d.failures())
	}
}

// A receiver that does not answer holds up nobody else, though more messages wait
// for it than may be on their way at once.
func TestADeadReceiverHoldsUpNobodyElse(t *testing.T) {
	d, alive := newDesk(t), newConnector(t, take)
	dead := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	t.Cleanup(dead.Close)
	d.channels(map[string]string{"dead": dead.URL, "alive": alive.URL})
	for n := range 10 {
		d.say("dead", fmt.Sprintf("d%d", n), 1)
	}
	stop := d.run(func(o *Options) { o.Concurrency, o.PerChannel = 4, 2 })
	for n := range 10 {
		d.say("alive", fmt.Sprintf("a%d", n), 1)
	}
	d.eventually(func() bool { return len(d.waiting()) == 10 })
	stop()
	if got := alive.got(); len(got) != 10 {
		t.Errorf("the living one had %v", got)
	}
}

// Nothing is lost over a restart, and what was not answered comes again.
func TestRestart(t *testing.T) {
	d := newDesk(t)
	arrived := make(chan struct{}, 1)
	down := newConnector(t, func(Message, int) int {
		select {
		case arrived <- struct{}{}:
		default: // it comes again and again
		}
		return http.StatusInternalServerError
	})
	d.channels(map[string]string{"wa": down.URL})
	for n := range int64(3) {
		d.say("wa", "t1", n+1)
	}
	stop := d.run()
	<-arrived
	stop()
	if err := d.store.Close(); err != nil {
		t.Fatal(err)
	}
	d.open()
	if got := d.waiting(); len(got) != 3 {
		t.Fatalf("in the outbox: %v", got)
	}
	up := newConnector(t, take)
	d.channels(map[string]string{"wa": up.URL})
	d.run()
	d.eventuallyEmpty()
	if diff := gocmp.Diff([]string{"t1/1", "t1/2", "t1/3"}, up.got()); diff != "" {
		t.Error(diff)
	}
}

// Two pumps at once make duplicates and lose nothing.
func TestTwoAtOnce(t *testing.T) {
	d, c := newDesk(t), newConnector(t, take)
	d.channels(map[string]string{"wa": c.URL})
	d.run()
	d.run()
	for n := range int64(50) {
		d.say("wa", "t1", n+1)
	}
	d.eventuallyEmpty()
	got := c.got()
	slices.Sort(got)
	if unique := slices.Compact(got); len(unique) != 50 {
		t.Errorf("%d of 50 arrived", len(unique))
	}
}

// One message of a thread is on its way at a time, also when somebody else has taken
// it out of the outbox meanwhile.
func TestOneAtATimeInAThread(t *testing.T) {
	d := newDesk(t)
	arrived, release := make(chan struct{}), make(chan struct{})
	c := newConnector(t, func(m Message, _ int) int {
		if m.ID == "t1/1" {
			close(arrived)
			<-release
		}
		return http.StatusOK
	})
	d.channels(map[string]string{"wa": c.URL})
	d.run()
	d.say("wa", "t1", 1)
	<-arrived
	if _, err := d.store.Commit(t.Context(), store.Txn{Ops: []store.Op{store.Delete(keyspace.Sending("t1", 1))}}); err != nil {
		t.Fatal(err)
	}
	d.say("wa", "t1", 2)
	for n := range int64(20) { // while these go out, the other would, too
		d.say("wa", "t2", n+1)
	}
	d.eventually(func() bool { return len(d.waiting()) == 1 })
	if got := c.got(); slices.Contains(got, "t1/2") {
		t.Errorf("had the second before it had answered the first: %v", got)
	}
	close(release)
	d.eventuallyEmpty()
	if got := c.got(); len(got) != 22 {
		t.Errorf("had %v", got)
	}
}

// A changed URL holds for what is being tried already, and without a snapshot
// nothing is given up.
func TestConfigurationChanges(t *testing.T) {
	d := newDesk(t)
	d.pass(time.Hour)
	d.say("wa", "t1", 1)
	d.run()
	broken := newConnector(t, func(Message, int) int { return http.StatusServiceUnavailable })
	d.pass(-time.Hour)
	d.channels(map[string]string{"wa": broken.URL})
	d.eventually(func() bool { return len(broken.got()) > 0 })
	mended := newConnector(t, take)
	d.channels(map[string]string{"wa": mended.URL})
	d.eventuallyEmpty()
	if len(mended.got()) != 1 || len(d.failures()) > 0 {
		t.Errorf("got %v, failed %v", mended.got(), d.failures())
	}
}
