package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/store"
)

func TestLease(t *testing.T) { engines(t, testLease) }

func testLease(t *testing.T, on engine) {
	const ttl = 6 * time.Second // a renewal that comes seconds late is in time
	s := open(t, on(t))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	lease, lost, err := s.Lease(ctx, ttl)
	if err != nil {
		t.Fatal(err)
	}
	other, kept, err := s.Lease(t.Context(), ttl)
	if err != nil {
		t.Fatal(err)
	}
	both := commit(t, s, store.Txn{Ops: []store.Op{store.PutLeased("presence/a", nil, lease), store.PutLeased("presence/b", nil, other)}})

	// Both are renewed: were they not, they would go one after the other without our doing. The one whose context ends goes.
	cancel()
	var gone string
	err = s.Watch(t.Context(), both.Revision+1, func(batch store.Batch) error {
		for _, event := range batch.Events {
			if event.Deleted {
				gone = event.Key
			}
		}
		return errEnough
	})
	if !errors.Is(err, errEnough) || gone != "presence/a" {
		t.Errorf("%q is gone, %v", gone, err)
	}
	<-lost // as soon as nobody renews it
	select {
	case <-kept:
		t.Error("the renewed lease is said to be lost")
	default:
	}
	if got := get(t, s, "presence/b"); got.Revision == 0 {
		t.Error("the renewed lease has run out")
	}
	_, err = s.Commit(t.Context(), store.Txn{Ops: []store.Op{store.PutLeased("presence/a", nil, lease)}})
	if !errors.Is(err, store.ErrLeaseNotFound) {
		t.Errorf("a write with the lease that has run out: %v", err)
	}
}

func TestGrant(t *testing.T) { engines(t, testGrant) }

func testGrant(t *testing.T, on engine) {
	s := open(t, on(t))
	lease, err := s.Grant(t.Context(), 5*time.Second) // so that it is there for the write
	if err != nil {
		t.Fatal(err)
	}
	written := commit(t, s, store.Txn{Ops: []store.Op{store.PutLeased("dedupe/a", nil, lease), store.Put("dedupe/b", nil)}})
	batches, err := watchUntil(t.Context(), s, written.Revision+1, written.Revision+1)
	if err != nil {
		t.Fatal(err)
	}
	if events := eventsOf(batches); len(events) != 1 || events[0].Key != "dedupe/a" || !events[0].Deleted {
		t.Errorf("what vanished by itself: %+v", events)
	}
}
