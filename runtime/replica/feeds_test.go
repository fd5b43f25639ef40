package replica_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/feed"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/record"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// reader follows an agent's feed over all breaks, and keeps what it was told of
// requests, in order.
type reader struct {
	t    *testing.T
	name string
	role snapshot.Role

	breaks atomic.Int64
	done   chan struct{}

	mu   sync.Mutex
	told []string
}

// read begins to follow; when it returns, the agent is connected and subscribed.
func read(ctx context.Context, t *testing.T, d desk, role snapshot.Role) *reader {
	t.Helper()
	r := &reader{t: t, name: d.name, role: role, done: make(chan struct{})}
	begun := make(chan struct{})
	begin := sync.OnceFunc(func() { close(begun) })
	go func() {
		defer close(r.done)
		defer begin()
		for e, err := range d.Events(ctx, client.Follow{Disconnected: func(error, time.Duration) { r.breaks.Add(1) }}) {
			if err != nil {
				if !errors.Is(err, context.Canceled) {
					t.Errorf("the feed of %s ended: %v", d.name, err)
				}
				return
			}
			r.take(e)
			begin()
		}
	}()
	<-begun
	return r
}

func (r *reader) take(e client.Event) {
	value, err := e.Value()
	if err != nil {
		r.t.Error(err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch v := value.(type) {
	case *protocol.Gap:
		r.t.Errorf("R1: the feed of %s has a gap: %s", r.name, v.Reason)
	case *protocol.Event:
		r.told = append(r.told, tell(v)...)
	}
}

// tell is what is compared of an event. What customers' presence comes to is not
// part of the record.
func tell(e *protocol.Event) []string {
	if e.Type == protocol.EventPresence {
		return nil
	}
	what := fmt.Sprintf("%s of %s, version %d", e.Type, e.RequestID, e.Version)
	if e.Offer != nil {
		what += fmt.Sprintf(", offer %s %s", e.Offer.ID, e.Status)
	}
	return []string{what}
}

// holdTo compares what the agent was told with what was published, as the record of
// the event sink has it: nothing is missing, nothing comes twice, and all of it is
// in order (R1, N7), whichever replicas it came from.
func (r *reader) holdTo(ctx context.Context, t *testing.T, published []feed.Item) {
	t.Helper()
	var want []string
	for _, item := range published {
		if !item.Audience.Has(r.name, true, r.role) {
			continue
		}
		e := &protocol.Event{}
		if err := json.Unmarshal(item.Data, e); err != nil {
			t.Fatal(err)
		}
		want = append(want, tell(e)...)
	}
	got := func() []string {
		r.mu.Lock()
		defer r.mu.Unlock()
		return slices.Clone(r.told)
	}
	eventually(ctx, t, "the feed of "+r.name+" never came to its end", func() bool { return len(got()) >= len(want) })
	if d := diff.Diff(want, got()); d != "" {
		t.Errorf("R1, R4: %s was told something else (+) than was published (-):\n%s", r.name, d)
	}
}

// published derives the events of all requests from the record, in their order: by
// revision, and a message behind its document.
func published(t *testing.T, events []record.Event) []feed.Item {
	t.Helper()
	type change struct {
		store.Event
		of, n int // the document's number in its revision, and its own
	}
	var all []change
	documents := map[string]int{} // by request and version; in the record they come first
	for _, e := range events {
		if e.Data.Request == nil {
			continue
		}
		var doc request.Document
		at, err := record.ParsePlace(e.ID)
		if err == nil {
			err = json.Unmarshal(e.Data.Request, &doc)
		}
		if err != nil {
			t.Fatal(err)
		}
		version := fmt.Sprint(doc.ID, doc.Version)
		c := change{Event: store.Event{Key: keyspace.Slot(doc.Channel, doc.Customer.ID), Value: e.Data.Request, Revision: at.Revision}, n: at.N}
		switch {
		case e.Data.Message != nil:
			c.Key, c.Value = keyspace.Message(doc.MessageThread(), doc.Last.Message), e.Data.Message
		case !doc.Open():
			c.Key = keyspace.Closed(doc.ID)
			fallthrough
		default:
			documents[version] = at.N
		}
		c.of = documents[version]
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b change) int {
		return cmp.Or(cmp.Compare(a.Revision, b.Revision), cmp.Compare(a.of, b.of), cmp.Compare(a.n, b.n))
	})
	var batch store.Batch
	for _, c := range all {
		batch.Events = append(batch.Events, c.Event)
	}
	items, err := feed.Derive(batch)
	if err != nil {
		t.Fatal(err)
	}
	return items
}
