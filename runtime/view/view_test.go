package view_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/view"
)

var start = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func encode(value any) []byte {
	b, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return b
}

// put and gone are events of the store.
func put(revision int64, key string, value any) store.Event {
	return store.Event{Key: key, Value: encode(value), Revision: revision}
}

func gone(revision int64, key string) store.Event {
	return store.Event{Key: key, Revision: revision, Deleted: true}
}

func apply(t interface {
	Helper()
	Fatal(...any)
}, v *view.View, events ...store.Event) {
	t.Helper()
	if err := v.Apply(store.Batch{Revision: events[len(events)-1].Revision, Events: events}); err != nil {
		t.Fatal(err)
	}
}

func doc(id, list string, state request.State, members ...string) *request.Document {
	d := &request.Document{ID: id, List: list, State: state, LastCustomerAt: start}
	for _, m := range members {
		d.Members = append(d.Members, request.Member{Agent: m})
	}
	return d
}

func everything(v *view.View, lists ...string) []string {
	docs := v.Requests(lists)
	var ids []string
	for _, d := range docs {
		ids = append(ids, d.ID)
	}
	return ids
}

func TestIndexesFollowADocument(t *testing.T) {
	v := view.New("epoch")
	slot := keyspace.Slot("c2", "john")
	apply(t, v, put(2, slot, doc("r1", "l1", request.Unread)))
	apply(t, v, put(3, slot, doc("r1", "l1", request.Active, "alice", "bob")))
	if e := v.Request("r1"); e == nil || e != v.Slot(slot) || e.Revision != 3 {
		t.Fatalf("by id %+v, by slot %+v", e, v.Slot(slot))
	}
	if got := v.Joined("alice"); len(got) != 1 || got[0].ID != "r1" {
		t.Errorf("alice has joined %v", got)
	}
	if diff := cmp.Diff(map[request.State]int{request.Unread: 0, request.Active: 1}, v.Counts("l1")); diff != "" {
		t.Error(diff)
	}
	// The slot's next document is another request, of another list (T06, L3).
	apply(t, v, put(4, slot, doc("r2", "l2", request.Unread)))
	if v.Request("r1") != nil || len(v.Joined("alice"))+len(v.Joined("bob")) > 0 || len(everything(v, "l1")) > 0 {
		t.Error("the old request is still there")
	}
	if diff := cmp.Diff([]view.ClockScope{{Kind: request.Expire, Scope: "l2"}}, v.ClockScopes()); diff != "" {
		t.Errorf("clocks (-want +got):\n%s", diff)
	}
	apply(t, v, gone(5, slot))
	if v.Request("r2") != nil || v.Slot(slot) != nil || v.Revision() != 5 {
		t.Errorf("after the close at %d: %+v", v.Revision(), v.Request("r2"))
	}
	apply(t, v, gone(6, slot)) // twice is once
}

// Pages over several lists are all of them, in order of arrival, whatever their
// lengths and the pages' are.
func TestRequestsAreMergedInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := view.New("epoch")
		lists := []string{"l1", "l2", "l3"}
		var all []string
		for i := range rapid.IntRange(0, 300).Draw(t, "requests") {
			d := doc(fmt.Sprintf("%04d", i), rapid.SampledFrom(lists).Draw(t, "list"), request.Unread)
			apply(t, v, put(int64(i+2), keyspace.Slot("c", d.ID), d))
			all = append(all, d.ID)
		}
		limit := rapid.IntRange(1, 100).Draw(t, "limit")
		even := rapid.Bool().Draw(t, "even ones only")
		keep := func(d *request.Document) bool { return !even || d.ID[3]%2 == 0 }
		want := slices.DeleteFunc(slices.Clone(all), func(id string) bool { return even && id[3]%2 != 0 })
		var got []string
		for after, more := "", true; more; {
			var docs []*request.Document
			docs, more = page(v, lists, keep, after, limit)
			if more && len(docs) != limit {
				t.Fatalf("a page of %d goes on, the limit is %d", len(docs), limit)
			}
			for _, d := range docs {
				got = append(got, d.ID)
				after = d.ID
			}
		}
		if !slices.Equal(want, got) {
			t.Fatalf("got %v\nwant %v", got, want)
		}
	})
}

func TestWaitFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := view.New("epoch")
		reached := false
		go func() { reached = v.WaitFor(t.Context(), 3) == nil }()
		synctest.Wait()
		apply(t, v, put(2, keyspace.Agent("alice"), keyspace.AgentRecord{}))
		synctest.Wait()
		if reached {
			t.Error("revision 2 was taken for 3")
		}
		apply(t, v, put(3, keyspace.Agent("alice"), keyspace.AgentRecord{}))
		synctest.Wait()
		if !reached {
			t.Error("still waiting at the revision that was waited for")
		}
	})
}

func configured(t *testing.T, v *view.View, revision int64, sequence int64, s snapshot.Snapshot) {
	t.Helper()
	encoded, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	digest, half := snapshot.Digest(encoded), len(encoded)/2
	apply(t, v,
		store.Event{Key: keyspace.ConfigChunk(digest, 1), Value: encoded[half:], Revision: revision},
		store.Event{Key: keyspace.ConfigChunk(digest, 0), Value: encoded[:half], Revision: revision},
		put(revision, keyspace.ConfigCurrent, keyspace.Pointer{Sequence: sequence, Digest: digest, Chunks: 2}),
	)
}

func TestSnapshotIsPutTogether(t *testing.T) {
	v := view.New("epoch")
	if v.Config() != nil {
		t.Fatal("a snapshot is in force before there is one")
	}
	configured(t, v, 2, 1, snapshot.Snapshot{FormatVersion: 1, Lists: []snapshot.List{{Source: snapshot.Source{Name: "l1"}}}})
	first := v.Config()
	if first == nil || first.Sequence != 1 || first.List("l1") == nil {
		t.Fatalf("in force: %+v", first)
	}
	current, chunks := v.ConfigKeys()
	if current.Revision != 2 || len(chunks) != 1 || len(chunks[first.Digest]) != 2 || chunks[first.Digest][0].Revision != 2 {
		t.Errorf("pointer of %d, chunks %+v", current.Revision, chunks)
	}
	for _, chunk := range chunks[first.Digest] {
		apply(t, v, gone(3, chunk.Key))
	}
	if _, chunks := v.ConfigKeys(); len(chunks) != 0 || v.Config() != first {
		t.Errorf("after the sweep %+v is in force, chunks %+v", v.Config(), chunks)
	}
	// What is damaged is not served.
	err := v.Apply(store.Batch{Revision: 4, Events: []store.Event{put(4, keyspace.ConfigCurrent, keyspace.Pointer{Sequence: 2, Digest: "other", Chunks: 1})}})
	if err == nil || v.Config() != first {
		t.Errorf("a pointer to nothing: %v, %+v", err, v.Config())
	}
}

// N1: a list that an agent has again is theirs from then on, and one that they kept
// is as it was.
func TestSubscriptionsBeginAnewWithAccess(t *testing.T) {
	v := view.New("epoch")
	with := func(lists ...string) snapshot.Snapshot {
		s := snapshot.Snapshot{FormatVersion: 1, Subscriptions: []snapshot.Subscription{
			{Source: snapshot.Source{Name: "agents"}, Agents: []string{"alice"}, Lists: lists},
			{Source: snapshot.Source{Name: "groups"}, Groups: []string{"g"}, Lists: []string{"l3"}},
		}}
		return s
	}
	configured(t, v, 2, 1, with("l1", "l2"))
	apply(t, v, put(3, keyspace.Agent("alice"), keyspace.AgentRecord{Groups: []string{"g"}}))
	for i, list := range []string{"l1", "l2", "l3"} {
		since := []int64{0, 3, 0}[i] // of l2 it is a repeat (N2)
		apply(t, v, put(int64(4+i), keyspace.Subscription("alice", list), keyspace.SubscriptionRecord{Subscribed: true, Since: since}))
	}
	check := func(when string, l1, l2, l3 int64) {
		t.Helper()
		got := map[string]int64{}
		for list, s := range v.Agent("alice").Subscriptions {
			got[list] = s.Since
		}
		if diff := cmp.Diff(map[string]int64{"l1": l1, "l2": l2, "l3": l3}, got); diff != "" {
			t.Errorf("%s: %s", when, diff)
		}
	}
	check("subscribed", 4, 3, 6)
	configured(t, v, 7, 2, with("l1"))
	check("l2 gone", 4, 3, 6)
	configured(t, v, 8, 3, with("l1", "l2"))
	check("l2 again", 4, 8, 6)
	apply(t, v, put(9, keyspace.Agent("alice"), keyspace.AgentRecord{}))
	apply(t, v, put(10, keyspace.Agent("alice"), keyspace.AgentRecord{Groups: []string{"g", "h"}}))
	check("her group again", 4, 8, 10)
	apply(t, v, put(11, keyspace.Agent("alice"), keyspace.AgentRecord{Groups: []string{"g"}}))
	check("another group gone", 4, 8, 10)
}

func TestWhatCannotBeReadIsNamed(t *testing.T) {
	for _, key := range []string{
		keyspace.Slot("c", "john"), keyspace.Closed("r1"), keyspace.Customer("c", "john"), keyspace.Agent("alice"), keyspace.Dismissal("alice"),
		keyspace.Subscription("alice", "l1"), keyspace.Draining("l1"), keyspace.ConfigCurrent, keyspace.Config + "odd",
	} {
		err := view.New("epoch").Apply(store.Batch{Revision: 2, Events: []store.Event{{Key: key, Value: []byte("{"), Revision: 2}}})
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// page is one page of what a walk gives.
func page(v *view.View, lists []string, keep func(*request.Document) bool, after string, limit int) (found []*request.Document, more bool) {
	v.Walk(lists, after, func(e *view.Entry, _ *keyspace.CustomerRecord) bool {
		if !keep(e.Doc) {
			return true
		}
		if more = len(found) == limit; !more {
			found = append(found, e.Doc)
		}
		return !more
	})
	return found, more
}
