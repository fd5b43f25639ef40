package feed

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// history decides commands one after the other and gives the batch that the store
// tells of each, a revision a command.
func history(t *testing.T, commands ...request.Command) (batches []store.Batch) {
	t.Helper()
	var d *request.Document
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for i, c := range commands {
		revision := int64(i + 1)
		decision := request.Decide(d, c, request.Env{
			Now: now.Add(time.Duration(i) * time.Minute), Place: request.Place{ID: "r1", List: "l1", Channel: "c2"},
			List: &snapshot.List{ClosePolicy: snapshot.CloseMembers, AutoCloseAfter: snapshot.Duration(time.Second)},
		})
		if d = decision.Next; d == nil {
			t.Fatalf("command %d came to %s", i, decision.Outcome)
		}
		slot := keyspace.Slot("c2", "john")
		batch := store.Batch{Revision: revision}
		put := func(key string, value any) {
			encoded, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			batch.Events = append(batch.Events, store.Event{Key: key, Value: encoded, Revision: revision})
		}
		if d.Open() {
			put(slot, d)
		} else {
			put(keyspace.Closed(d.ID), d)
			batch.Events = append(batch.Events, store.Event{Key: slot, Revision: revision, Deleted: true})
		}
		if m := decision.Message; m != nil {
			put(keyspace.Message(d.ID, m.Number), m)
		}
		batches = append(batches, batch)
	}
	return batches
}

func message(id string) request.Command {
	return request.Command{
		Kind: request.Receive, Actor: request.Actor{Kind: request.CustomerActor, Name: "john"},
		Customer: request.Customer{ID: "john", Name: "John Williams"}, Message: request.Message{ID: id, Text: "hello"},
	}
}

func by(agent string, kind request.Kind) request.Command {
	return request.Command{Kind: kind, Actor: request.Actor{Kind: request.AgentActor, Name: agent}}
}

// What the last of some commands means, to whom.
func TestDerive(t *testing.T) {
	type event struct {
		Type   protocol.EventType
		List   string
		Agents []string
		State  request.State // of the request that the event shows
		From   request.State
	}
	customer := func(kind request.Kind) request.Command {
		return request.Command{Kind: kind, Actor: request.Actor{Kind: request.CustomerActor, Name: "john"}}
	}
	m, alice, bob := message("m"), by("alice", request.Join), by("bob", request.Join)
	changed := protocol.EventStateChanged
	for name, tc := range map[string]struct {
		commands []request.Command
		want     []event
	}{
		"T01 received":                        {[]request.Command{m}, []event{{protocol.EventReceived, "l1", nil, request.Unread, ""}}},
		"T03 silent":                          {[]request.Command{m, m}, nil},
		"T04 to the members alone":            {[]request.Command{m, alice, bob, m}, []event{{protocol.EventMessage, "", []string{"alice", "bob"}, "", ""}}},
		"T05 silent":                          {[]request.Command{m, alice, by("alice", request.Leave), m}, nil},
		"T06 a new incarnation":               {[]request.Command{m, customer(request.EndSession), m}, []event{{protocol.EventReceived, "l1", nil, request.Unread, ""}}},
		"T07 first join":                      {[]request.Command{m, alice}, []event{{changed, "l1", []string{"alice"}, request.Active, request.Unread}}},
		"T08 a further join":                  {[]request.Command{m, alice, bob}, []event{{protocol.EventMembersChanged, "l1", []string{"alice", "bob"}, request.Active, request.Active}}},
		"T11 join again":                      {[]request.Command{m, alice, by("alice", request.Leave), bob}, []event{{changed, "l1", []string{"bob"}, request.Active, request.Inactive}}},
		"T14 others remain":                   {[]request.Command{m, alice, bob, by("alice", request.Leave)}, []event{{changed, "l1", []string{"alice", "bob"}, request.Active, request.Active}}},
		"T15 the last one":                    {[]request.Command{m, alice, by("alice", request.Leave)}, []event{{changed, "l1", []string{"alice"}, request.Inactive, request.Active}}},
		"T18 closed, who was in is told":      {[]request.Command{m, alice, bob, by("alice", request.Close)}, []event{{changed, "l1", []string{"alice", "bob"}, request.Closed, request.Active}}},
		"T21 ended by the customer":           {[]request.Command{m, alice, customer(request.EndSession)}, []event{{changed, "l1", []string{"alice"}, request.Closed, request.Active}}},
		"T22 expired":                         {[]request.Command{m, {Kind: request.Expire}}, []event{{changed, "l1", nil, request.Closed, request.Unread}}},
		"who left before is not told of more": {[]request.Command{m, alice, by("alice", request.Leave), bob, by("bob", request.Leave)}, []event{{changed, "l1", []string{"bob"}, request.Inactive, request.Active}}},
	} {
		t.Run(name, func(t *testing.T) {
			batches := history(t, tc.commands...)
			last := batches[len(batches)-1]
			items, err := Derive(last)
			if err != nil {
				t.Fatal(err)
			}
			var got []event
			for _, item := range items {
				var e protocol.Event
				if err := json.Unmarshal(item.Data, &e); err != nil {
					t.Fatal(err)
				}
				if item.Revision != last.Revision || e.Type != item.Type || e.RequestID != "r1" || e.List != "l1" || e.Version == 0 {
					t.Errorf("%+v of revision %d", e, item.Revision)
				}
				shown := event{Type: item.Type, List: item.Audience.List, Agents: item.Audience.Agents, From: e.From}
				if e.Request != nil {
					shown.State = e.Request.State
				}
				slices.Sort(shown.Agents)
				got = append(got, shown)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A revision of many requests gives each one's events, and a message goes to the
// members of its own.
func TestDeriveOfAGroup(t *testing.T) {
	one := history(t, message("m1"), by("alice", request.Join), message("m2"))[2]
	other := history(t, message("m1"))[0]
	for i := range other.Events { // another request in the same revision
		other.Events[i].Revision = one.Revision
		other.Events[i].Value = bytes.Replace(other.Events[i].Value, []byte(`"id":"r1"`), []byte(`"id":"r2"`), 1)
	}
	other.Events[1].Key = keyspace.Message("r2", 1)
	items, err := Derive(store.Batch{Revision: one.Revision, Events: slices.Concat(other.Events, one.Events)})
	if err != nil || len(items) != 2 {
		t.Fatalf("%v, %+v", err, items)
	}
	if items[0].Type != protocol.EventReceived || items[1].Type != protocol.EventMessage || !slices.Equal(items[1].Audience.Agents, []string{"alice"}) {
		t.Errorf("%+v", items)
	}
}

func TestDeriveNamesWhatCannotBeRead(t *testing.T) {
	for _, key := range []string{keyspace.Slot("c", "j"), keyspace.Closed("r1")} {
		if _, err := Derive(store.Batch{Revision: 1, Events: []store.Event{{Key: key, Value: []byte("{"), Revision: 1}}}); err == nil {
			t.Errorf("a broken %s went through", key)
		}
	}
}
