package sink

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/record"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
)

func TestWhatASinkIsTold(t *testing.T) {
	h, r := newHouse(t), newReceiver(t, always(http.StatusNoContent))
	h.program("") // before there is a sink nothing is told
	h.tale("r0").is(request.Receive)
	h.program(r.URL)
	one := h.tale("r1")
	one.is(request.Receive)
	one.is(request.Join)
	h.run()
	last := one.is(request.Close)
	h.eventually(func() bool { return len(r.told()) == 5 })
	want := []string{
		"r1 1 io.pullmode.request.message", "r1 1 io.pullmode.message", "r1 2 io.pullmode.request.join", "r1 3 io.pullmode.request.close",
	}
	if diff := cmp.Diff(want, ofRequests(r)); diff != "" {
		t.Error(diff)
	}
	if r.bad != nil {
		t.Error(r.bad)
	}
	closed := r.took[slices.IndexFunc(r.took, func(e record.Event) bool { return strings.HasSuffix(e.Type, ".close") })]
	if diff := cmp.Diff(record.Event{
		SpecVersion: "1.0", ID: fmt.Sprintf("%s.%d.0", h.store.Epoch(), last), Source: "/pullmode/main", Type: "io.pullmode.request.close",
		Subject: "r1", Time: began, ContentType: "application/json",
		Data: record.Data{Request: h.json(one.doc), Change: h.json(one.doc.Last)},
	}, closed); diff != "" {
		t.Error(diff)
	}
}

func ofRequests(r *receiver) (lines []string) {
	for _, line := range r.told() {
		if strings.HasPrefix(line, "r") {
			lines = append(lines, line)
		}
	}
	return lines
}

// A configuration names its objects, and nothing that is secret.
func TestConfigurations(t *testing.T) {
	h, r := newHouse(t), newReceiver(t, always(200))
	h.run()
	h.program(r.URL)
	h.eventually(func() bool { return len(r.told()) == 1 }) // what is in force when the sink begins is the first that it is told
	h.program(r.URL)
	h.eventually(func() bool { return len(r.told()) == 2 })
	got := r.took[1].Data.Configuration
	if got.Sequence != 2 || got.Digest == "" || len(got.Objects) != 2 || got.Objects[0].Generation != 2 || got.Objects[1].Name != "web" {
		t.Errorf("%+v", got)
	}
	for _, body := range r.bodies {
		for _, secret := range []string{"secret-of", "hash-of", r.URL} {
			if strings.Contains(body, secret) {
				t.Errorf("%q is told: %s", secret, body)
			}
		}
	}
}

// In order per request, whatever fails on the way, and each event at least once.
func TestOrder(t *testing.T) {
	h := newHouse(t)
	r := newReceiver(t, func(_ record.Event, nth int) int {
		if nth%3 != 0 {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	})
	h.program(r.URL)
	h.run()
	var want []string
	for n := range 20 {
		one := h.tale(fmt.Sprintf("r%02d", n))
		for _, kind := range []request.Kind{request.Receive, request.Join, request.Receive, request.Leave, request.Close} {
			one.is(kind)
			want = append(want, fmt.Sprintf("%s %d %s", one.doc.ID, one.doc.Version, record.TypeOf(kind)))
			if kind == request.Receive {
				want = append(want, fmt.Sprintf("%s %d %s", one.doc.ID, one.doc.Version, record.TypeMessage))
			}
		}
	}
	h.eventually(func() bool { return len(ofRequests(r)) == len(want) })
	got := ofRequests(r)
	slices.SortStableFunc(got, func(a, b string) int { return strings.Compare(a[:3], b[:3]) })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if h.counted("io.pullmode.message "+Taken) != 40 || h.counted("io.pullmode.message "+Retried) == 0 {
		t.Errorf("counted %v", h.counts)
	}
}

// What a sink does not take for the event's sake is skipped; what it does not take
// for its own sake is not.
func TestRejections(t *testing.T) {
	h := newHouse(t)
	r := newReceiver(t, func(e record.Event, nth int) int {
		switch {
		case nth < 10:
			return http.StatusNotFound
		case e.Type == record.TypeMessage:
			return http.StatusUnprocessableEntity
		}
		return http.StatusOK
	})
	h.program(r.URL)
	h.run()
	one := h.tale("r1")
	one.is(request.Receive)
	one.is(request.Join)
	h.eventually(func() bool { return len(r.told()) == 3 })
	if diff := cmp.Diff([]string{"r1 1 io.pullmode.request.message", "r1 2 io.pullmode.request.join"}, ofRequests(r)); diff != "" {
		t.Error(diff)
	}
	if h.counted("io.pullmode.message "+Rejected) != 1 {
		t.Errorf("counted %v", h.counts)
	}
}

// Nothing is lost over a restart, the history that is needed is kept, and what comes
// again has the id that it had.
func TestRestart(t *testing.T) {
	h, before, since := newHouse(t), newReceiver(t, always(200)), newReceiver(t, always(200))
	h.program(before.URL)
	_, stop := h.run()
	one := h.tale("r1")
	last := one.is(request.Receive)
	h.eventually(func() bool { c, _ := h.cursor(); return c.Revision >= last })
	before.answers(http.StatusBadGateway) // for good: what is on its way at the stop may arrive later
	one.is(request.Join)
	h.eventually(func() bool { return h.counted("io.pullmode.request.join "+Retried) > 0 })
	stop()
	floor, err := Floor(t.Context(), h.store)
	if err != nil || floor > one.is(request.Leave)-1 {
		t.Fatalf("floor %d, %v", floor, err)
	}
	if err := h.store.Compact(t.Context(), floor); err != nil {
		t.Fatal(err)
	}
	h.shut()
	h.open()
	h.program(since.URL)
	h.run()
	one.is(request.Close)
	h.eventually(func() bool { return slices.Contains(since.told(), "r1 4 io.pullmode.request.close") })
	want := [][]string{
		{"r1 1 io.pullmode.request.message", "r1 1 io.pullmode.message"},
		{"r1 2 io.pullmode.request.join", "r1 3 io.pullmode.request.leave", "r1 4 io.pullmode.request.close"},
	}
	if diff := cmp.Diff(want, [][]string{ofRequests(before), ofRequests(since)}); diff != "" {
		t.Error(diff)
	}
}

// More than fits into memory waits in the store, and all of it arrives.
func TestMoreThanIsReadAhead(t *testing.T) {
	h, r := newHouse(t), newReceiver(t, always(http.StatusServiceUnavailable))
	h.program(r.URL)
	s, _ := h.run()
	one, last := h.tale("r1"), int64(0)
	const messages = maxQueued/2 + 50 // of two events each
	for range messages {
		last = one.is(request.Receive)
	}
	h.eventually(func() bool {
		t := s.current.Load()
		return t != nil && t.backlog.full()
	})
	if position, _, _ := s.current.Load().backlog.progress(); position >= last {
		t.Fatalf("position %d passed what was not taken", position)
	}
	r.answers(200)
	h.eventually(func() bool { return len(ofRequests(r)) == 2*messages })
	h.eventually(func() bool { c, _ := h.cursor(); return c.Revision >= last })
	h.eventually(func() bool { // over the write of the cursor, too
		bytes, age := s.Behind()
		return bytes == 0 && age == 0
	})
}

// Another sink is posted to at once, none at all forgets the place, and one that
// comes back begins with its own coming.
func TestTheSinkChanges(t *testing.T) {
	h, broken, mended := newHouse(t), newReceiver(t, always(http.StatusBadGateway)), newReceiver(t, always(200))
	h.program(broken.URL)
	h.run(func(o *Options) { o.Least, o.Most = time.Hour, time.Hour })
	one := h.tale("r1")
	one.is(request.Receive)
	h.eventually(func() bool { return h.counted("io.pullmode.request.message "+Retried) > 0 })
	h.program(mended.URL)
	h.eventually(func() bool { return len(ofRequests(mended)) == 2 })
	h.program("")
	h.eventually(func() bool { _, there := h.cursor(); return !there })
	if floor, err := Floor(t.Context(), h.store); floor != 0 || err != nil {
		t.Errorf("floor %d, %v", floor, err)
	}
	one.is(request.Join) // nobody is told
	h.program(mended.URL)
	one.is(request.Leave)
	h.eventually(func() bool { return slices.Contains(mended.told(), "r1 3 io.pullmode.request.leave") })
	if slices.Contains(mended.told(), "r1 2 io.pullmode.request.join") {
		t.Errorf("told %v", mended.told())
	}
}

// Two replicas at once make duplicates and lose nothing.
func TestTwoAtOnce(t *testing.T) {
	h, r := newHouse(t), newReceiver(t, always(200))
	h.program(r.URL)
	h.run()
	h.run()
	one, last := h.tale("r1"), int64(0)
	for range 50 {
		last = one.is(request.Receive)
	}
	h.eventually(func() bool { c, _ := h.cursor(); return c.Revision >= last })
	got := ofRequests(r)
	slices.Sort(got)
	if n := len(slices.Compact(got)); n != 100 {
		t.Errorf("%d of 100 arrived", n)
	}
}

// Writing the cursor is a change of the store, and no reason to write it.
func TestAQuietStoreIsNotWritten(t *testing.T) {
	h := newHouse(t)
	h.program("http://localhost")
	at, err := New(Options{Store: h.store, View: h.view, Now: h.clock}).begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// saves says whether the cursor is written now.
	saves := func(last bool) bool {
		t.Helper()
		before := at.written
		if err := at.save(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		return at.written != before
	}
	comes := func(revision int64, some ...*parcel) {
		for _, lane := range at.backlog.add(revision, began, some) {
			at.backlog.done(at.backlog.first(lane))
		}
	}
	comes(at.written+1, &parcel{lane: "r1"})
	if !saves(false) {
		t.Error("an event was taken, and the cursor is not written")
	}
	comes(at.written)
	h.pass(time.Hour)
	if saves(false) || saves(true) {
		t.Error("nothing but its own write has come, and the cursor is written")
	}
	comes(at.written + 1)
	h.pass(-time.Hour)
	if saves(false) {
		t.Error("nothing was taken, and the cursor is written at once")
	}
	h.pass(idleEvery)
	if !saves(false) {
		t.Error("the store can give up nothing, because the cursor is never written")
	}
	comes(at.written + 1)
	if !saves(true) {
		t.Error("the cursor is not written at the end")
	}
}

func TestMessagesFollowTheirDocument(t *testing.T) {
	d := deriver{source: "s", epoch: "E", now: func() time.Time { return began }}
	doc := func(id, thread string, message int64) store.Event {
		b, _ := json.Marshal(request.Document{ID: id, Thread: thread, Version: 1, Last: request.Change{Kind: request.Say, Message: message, At: began}})
		return store.Event{Key: keyspace.Slot("web", id), Value: b}
	}
	message := func(thread string, number int64) store.Event {
		b, _ := json.Marshal(request.Message{Number: number, At: began})
		return store.Event{Key: keyspace.Message(thread, number), Value: b}
	}
	events, err := d.derive(7, []store.Event{message("t1", 3), doc("r2", "t1", 3), doc("r3", "", 1), message("r3", 1), message("lost", 1), {Key: keyspace.Slot("web", "x"), Deleted: true}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range events {
		got = append(got, e.ID+" "+e.Subject+" "+e.Type)
	}
	if diff := cmp.Diff([]string{
		"E.7.0 r2 io.pullmode.request.agentMessage", "E.7.1 r3 io.pullmode.request.agentMessage",
		"E.7.2 r2 io.pullmode.message", "E.7.3 r3 io.pullmode.message", "E.7.4 lost io.pullmode.message",
	}, got); diff != "" {
		t.Error(diff)
	}
	if _, err := d.derive(7, []store.Event{{Key: keyspace.Slot("web", "r"), Value: []byte("{")}}); err == nil {
		t.Error("a damaged document is passed over")
	}
}
