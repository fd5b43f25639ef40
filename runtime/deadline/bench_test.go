package deadline_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// busy is a large site: 1,000 lists, and 10,000 agents who are connected and have
// each joined a request.
func busy(t testing.TB) *lab.Lab {
	const lists, agents = 1000, 10_000
	l := lab.Start(t)
	config := lab.Config()
	for i := range lists {
		list := config.Lists[0]
		list.Name, list.ResponseTime = fmt.Sprintf("list-%d", i), snapshot.Duration(time.Hour)
		config.Lists = append(config.Lists, list)
		s := snapshot.Subscription{Source: list.Source, Lists: []string{list.Name}, Role: snapshot.Representative}
		for agent := i; agent < agents; agent += lists {
			s.Agents = append(s.Agents, fmt.Sprintf("agent-%d", agent))
		}
		config.Subscriptions = append(config.Subscriptions, s)
	}
	l.Program(config)
	now := l.Clock.Now()
	var ops []store.Op
	put := func(key string, record any) {
		value, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		ops = append(ops, store.Put(key, value))
	}
	for i := range agents {
		agent, customer := fmt.Sprintf("agent-%d", i), fmt.Sprint("c", i)
		put(keyspace.Presence(agent, "one"), keyspace.PresenceRecord{Session: agent, At: now})
		put(keyspace.Slot("facebook", customer), &request.Document{
			ID: fmt.Sprintf("r%05d", i), List: fmt.Sprintf("list-%d", i%lists), Channel: "facebook", ChannelType: "FACEBOOK",
			Customer: request.Customer{ID: customer}, State: request.Active, Version: 2, EverJoined: true,
			Members: []request.Member{{Agent: agent, JoinedAt: now}}, OpenedAt: now, WaitingSince: &now, LastCustomerAt: now, LastJoinedAt: &now,
			Last: request.Change{Kind: request.Join, From: request.Unread, At: now},
		})
		if len(ops)+2 > store.MaxOps || i == agents-1 {
			commit(t, l, ops)
			ops = nil
		}
	}
	return l
}

func commit(t testing.TB, l *lab.Lab, ops []store.Op) {
	t.Helper()
	result, err := l.Store.Commit(t.Context(), store.Txn{Ops: ops})
	if err == nil {
		err = l.View.WaitFor(t.Context(), result.Revision)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A look at a large site where nothing is due: it is taken five times a second.
func BenchmarkLook(b *testing.B) {
	s := &scene{Lab: busy(b)}
	s.engage()
	s.look()
	b.ReportAllocs()
	for b.Loop() {
		s.look()
	}
}
