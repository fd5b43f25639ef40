package feed

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

var began = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// collaboration and grab are lists whose clocks have all run out a minute after
// they began, but the offers'.
func collaboration() *snapshot.List {
	return &snapshot.List{
		ClosePolicy: snapshot.CloseMembers, AutoCloseAfter: snapshot.Duration(time.Second), ResponseTime: snapshot.Duration(time.Second),
		WrapUp: &snapshot.WrapUp{Reasons: []snapshot.WrapUpReason{{Name: "sales"}}, DefaultReason: "sales", Timeout: snapshot.Duration(time.Second)},
	}
}

func grab() *snapshot.List {
	l := collaboration()
	l.JoinPolicy = snapshot.JoinGrab
	return l
}

// history decides commands one after the other, a minute apart, and gives the batch
// that the store tells of each, a revision a command.
func history(t *testing.T, list *snapshot.List, commands ...request.Command) (batches []store.Batch) {
	t.Helper()
	var d *request.Document
	for i, c := range commands {
		revision := int64(i + 1)
		decision := request.Decide(d, c, request.Env{
			Now: began.Add(time.Duration(i) * time.Minute), Place: request.Place{ID: fmt.Sprintf("r%d", revision), List: "l1", Channel: "c2"},
			List: list, Channel: &snapshot.Channel{Outbound: &snapshot.Webhook{}}, OfferTimeout: 90 * time.Second,
		})
		next := decision.Next
		if next == nil {
			t.Fatalf("command %d came to %s", i, decision.Outcome)
		}
		batch := store.Batch{Revision: revision}
		put := func(key string, value any) {
			batch.Events = append(batch.Events, store.Event{Key: key, Value: encoded(t, value), Revision: revision})
		}
		slot := keyspace.Slot("c2", "john")
		switch {
		case decision.Successor != nil:
			put(keyspace.Closed(next.ID), next)
			put(slot, decision.Successor)
		case next.Open():
			put(slot, next)
		default:
			put(keyspace.Closed(next.ID), next)
			batch.Events = append(batch.Events, store.Event{Key: slot, Revision: revision, Deleted: true})
		}
		if m := decision.Message; m != nil {
			put(keyspace.Message(next.MessageThread(), m.Number), m)
		}
		if c.Kind == request.DeliveryFailed {
			put(keyspace.Message(next.MessageThread(), c.Number), request.Message{Number: c.Number, Delivery: request.DeliveryFailedFinally, Failure: "no answer"})
		}
		batches, d = append(batches, batch), next
	}
	return batches
}

func encoded(t *testing.T, value any) []byte {
	t.Helper()
	b, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// tell is what the last of some commands means, to whom.
func tell(t *testing.T, batch store.Batch) (told []string) {
	t.Helper()
	items, err := Derive(batch)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range items {
		var e protocol.Event
		if err := json.Unmarshal(item.Data, &e); err != nil {
			t.Fatal(err)
		}
		if item.Revision != batch.Revision || e.Type != item.Type {
			t.Errorf("a %s of revision %d: %+v", item.Type, item.Revision, e)
		}
		told = append(told, read(e)+": "+whom(item.Audience))
	}
	return told
}

func read(e protocol.Event) string {
	s := strings.TrimPrefix(string(e.Type), "request.")
	switch {
	case e.Message != nil:
		s = strings.TrimSpace(fmt.Sprintf("%s %d by %s %s", s, e.Message.Number, e.Cause, e.Message.Delivery))
	case e.Offer != nil:
		s += " " + string(e.Status)
	case e.Request != nil:
		s += fmt.Sprintf(" %s from %s", e.Request.State, cmp.Or(e.From, "none"))
	case e.GrabbedBy != "":
		s += " for " + e.GrabbedBy
	}
	if e.Alert {
		s += fmt.Sprintf(", alert %d", e.AlertGeneration)
	}
	return s
}

func whom(a Audience) string {
	s := strings.TrimSpace(a.List + " " + string(a.Role))
	if len(a.Except) > 0 {
		s += " but " + strings.Join(a.Except, ",")
	}
	if len(a.Agents) > 0 {
		s = strings.TrimPrefix(s+" and ", " and ") + strings.Join(a.Agents, ",")
	}
	return s
}

func message(id string) request.Command {
	return request.Command{
		Kind: request.Receive, Actor: request.Actor{Kind: request.CustomerActor, Name: "john"},
		Customer: request.Customer{ID: "john", Name: "John Williams"}, Message: request.Message{ID: id, Text: "hello"},
	}
}

func by(agent string, kind request.Kind) request.Command {
	return request.Command{Kind: kind, Actor: request.Actor{Kind: request.AgentActor, Name: agent}, Rights: request.Rights{Role: snapshot.Representative}}
}

// carol is an Admin of the list.
func carol(kind request.Kind) request.Command {
	c := by("carol", kind)
	c.Rights.Role = snapshot.Admin
	return c
}

func to(c request.Command, target request.Target) request.Command {
	c.Target = target
	return c
}

// of answers an offer, which may be one to a list of the agent's.
func of(c request.Command, offer string) request.Command {
	c.Offer, c.Rights.Addressed = offer, true
	return c
}

func system(kind request.Kind) request.Command {
	return request.Command{Kind: kind, Actor: request.Actor{Kind: request.SystemActor, Name: "clock"}}
}

func customer(kind request.Kind) request.Command {
	return request.Command{Kind: kind, Actor: request.Actor{Kind: request.CustomerActor, Name: "john"}}
}
