package inbox_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/view"
)

// A page has 50 rows unless it is told otherwise, and never more than 500.
func TestPageSizes(t *testing.T) {
	v := view.New("epoch")
	load := func(key string, value []byte) {
		t.Helper()
		must(t, v.Load(store.KV{Key: key, Value: value, Revision: 2}))
	}
	encode := func(value any) []byte {
		data, err := json.Marshal(value)
		must(t, err)
		return data
	}
	for i := range inbox.MaxLimit + 1 {
		d := request.Document{ID: fmt.Sprintf("r%04d", i), List: "l1", Channel: "facebook", State: request.Unread}
		load(keyspace.Slot(d.Channel, d.ID), encode(d))
	}
	config := lab.Config()
	encoded, err := config.Encode()
	must(t, err)
	digest := snapshot.Digest(encoded)
	load(keyspace.ConfigChunk(digest, 0), encoded)
	load(keyspace.ConfigCurrent, encode(keyspace.Pointer{Sequence: 1, Digest: digest, Chunks: 1}))
	load(keyspace.Subscription("alice", "l1"), encode(keyspace.SubscriptionRecord{Subscribed: true}))
	must(t, v.Loaded(2))
	for limit, want := range map[int]int{-1: 50, 0: 50, 1: 1, 500: 500, 501: 500, 1 << 40: 500} {
		p, err := inbox.Of(v, lab.Alice).Page(inbox.Query{Limit: limit})
		if err != nil || len(p.Requests) != want || p.Continue == "" {
			t.Errorf("limit %d: a page of %d, then %q, %v", limit, len(p.Requests), p.Continue, err)
		}
	}
}
