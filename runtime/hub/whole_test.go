package hub_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

func encode(t *testing.T, value any) []byte {
	t.Helper()
	b, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// One revision can hold an event and a change of the agent's lists: commands of
// many share a proposal. A cursor never stands between the two (N8).
func TestEventAndListsOfOneRevisionComeTogether(t *testing.T) {
	var alice *hub.Conn
	ahead := make(chan int, 10)
	l := lab.Start(t, func(o *hub.Options) {
		o.Sight = func(inbox.Agent) { ahead <- alice.Waiting() } // in the middle of the revision
	})
	alice = l.Connect(lab.Alice, "")
	next(t, alice)

	config := lab.Config()
	config.Subscriptions[0].Lists = []string{"l1", "l2"}
	encoded, err := config.Encode()
	if err != nil {
		t.Fatal(err)
	}
	digest := snapshot.Digest(encoded)
	now := l.Clock.Now()
	doc := request.Document{ID: "r1", List: "l1", State: request.Unread, Version: 1, OpenedAt: now, LastCustomerAt: now, Last: request.Change{Kind: request.Receive, At: now}}
	for _, txn := range []store.Txn{
		{Ops: []store.Op{store.Put(keyspace.ConfigChunk(digest, 0), encoded)}},
		{Ops: []store.Op{
			store.Put(keyspace.Slot("facebook", "john"), encode(t, doc)),
			store.Put(keyspace.ConfigCurrent, encode(t, keyspace.Pointer{Sequence: 2, Digest: digest, Chunks: 1})),
		}},
	} {
		if _, err := l.Store.Commit(ctx, txn); err != nil {
			t.Fatal(err)
		}
	}
	wantTypes(t, "one revision", next(t, alice).Frames, protocol.EventReceived, protocol.EventListsChanged)
	if n := <-ahead; n != 0 {
		t.Errorf("%d frames could be read, with the revision's cursor, before the rest of it", n)
	}
}

// A drained connection ends after what is queued, however much happens: what comes
// later is for its next connection.
func TestDrainedConnectionEndsInFullTraffic(t *testing.T) {
	l := lab.Start(t, func(o *hub.Options) { o.QueueFrames = 2 })
	c := l.Connect(lab.Alice, "")
	next(t, c)
	over, cancel := context.WithCancel(ctx)
	cancel()
	l.Hub.Drain(over, 0) // ends everybody at once
	for _, customer := range []string{"john", "mary", "paul"} {
		l.Message(customer, "m1")
	}
	flush := next(t, c)
	wantTypes(t, "what was queued", flush.Frames, protocol.EventDraining)
	if _, err := c.Next(ctx); !errors.Is(err, hub.ErrDraining) {
		t.Fatalf("then it ends: %v", err)
	}
	l.Stop()
	l.Run()
	l.Eventually(func() bool { return l.Hub.Ready() == nil })
	frames := next(t, l.Connect(lab.Alice, flush.Cursor)).Frames
	wantTypes(t, "R1: what came after the drain", frames, protocol.EventReceived, protocol.EventReceived, protocol.EventReceived)
}

// A feed whose token has run out ends, however much there is to tell.
func TestNextEndsWithItsContext(t *testing.T) {
	l := lab.Start(t)
	c := l.Connect(lab.Alice, "") // its snapshot is queued
	over, cancel := context.WithCancelCause(ctx)
	expired := errors.New("the token has run out")
	cancel(expired)
	if flush, err := c.Next(over); !errors.Is(err, expired) {
		t.Errorf("got %v, %v", types(flush.Frames), err)
	}
}

// The bookmark of a connection that is ending promises nothing that it is not
// going to be told.
func TestNoBookmarkBehindTheEnd(t *testing.T) {
	l := lab.Start(t, func(o *hub.Options) { o.BookmarkEvery = time.Nanosecond })
	c := l.Connect(lab.Alice, "")
	over, cancel := context.WithCancel(ctx)
	cancel()
	l.Hub.Drain(over, 0)
	id := l.Message("john", "m1").Request
	end := ""
	for {
		flush, err := c.Next(ctx)
		if err != nil {
			break
		}
		end = flush.Cursor
	}
	if at, err := protocol.ParseCursor(end); err != nil || at.Revision >= l.View.Request(id).Revision {
		t.Errorf("%s, %v", end, err)
	}
}
