package command_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/store"
)

// alerted names the requests whose alerts stand for an agent.
func alerted(l *lab.Lab, agent inbox.Agent) []string {
	ids := []string{}
	for _, r := range inbox.Of(l.View, agent).Alerts(l.Clock.Now()) {
		ids = append(ids, r.ID)
	}
	return ids
}

// N5: a dismissal is the agent's own, takes the alert and nothing else, and stands
// until the alert is raised again.
func TestN5Dismiss(t *testing.T) {
	l := lab.Start(t)
	connect(l, lab.Erin, lab.Frank)
	id := l.MessageOn(lab.Realert, "john", "m1").Request
	other := l.MessageOn(lab.Realert, "mary", "m1").Request
	if err := l.Do.Dismiss(ctx, lab.Erin, id); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{other}, {id, other}}, [][]string{alerted(l, lab.Erin), alerted(l, lab.Frank)}); diff != "" {
		t.Error(diff)
	}
	record, revision := l.View.Dismissals("erin")
	if diff := cmp.Diff(keyspace.DismissalRecord{Some: map[string]int64{id: 1}, Last: id}, record); diff != "" {
		t.Error(diff)
	}
	for _, id := range []string{id, "nothing"} { // what is dismissed, and what never was
		if err := l.Do.Dismiss(ctx, lab.Erin, id); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Do.Dismiss(ctx, lab.Alice, id); err != nil { // none of hers
		t.Fatal(err)
	}
	if _, again := l.View.Dismissals("erin"); again != revision || len(keys(l, keyspace.Dismissals)) != 1 {
		t.Error("N10: what changed nothing was written")
	}
	if d := open(l, id); d.Version != 1 {
		t.Errorf("N5: the request has version %d", d.Version)
	}
	l.Clock.Move(time.Minute)
	l.MessageOn(lab.Realert, "john", "m2")
	if diff := cmp.Diff([]string{other, id}, alerted(l, lab.Erin)); diff != "" {
		t.Errorf("N4: a new generation is a new alert: %s", diff)
	}
	must(t, l.Do.Join, lab.Erin, id) // N5: later Join works
	if err := l.Do.Dismiss(ctx, lab.Erin, id); err != nil {
		t.Fatal(err)
	}
	if record, _ := l.View.Dismissals("erin"); record.Some[id] != 1 {
		t.Errorf("N6: what is over by the own join was dismissed: %+v", record)
	}
}

// N5: all at once, once and for all, and not what comes after.
func TestN5DismissAll(t *testing.T) {
	l := lab.Start(t)
	connect(l, lab.Erin)
	if err := l.Do.DismissAll(ctx, lab.Erin); err != nil || len(keys(l, keyspace.Dismissals)) > 0 {
		t.Fatalf("N10: with no alert: %v", err)
	}
	first := l.MessageOn(lab.Realert, "john", "m1").Request
	if err := l.Do.Dismiss(ctx, lab.Erin, first); err != nil {
		t.Fatal(err)
	}
	l.MessageOn(lab.Realert, "mary", "m1")
	raised := l.View.Revision()
	for range 2 {
		if err := l.Do.DismissAll(ctx, lab.Erin); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{}, alerted(l, lab.Erin)); diff != "" {
		t.Error(diff)
	}
	record, _ := l.View.Dismissals("erin")
	if record.Until < raised || record.Some != nil || record.Last != "" {
		t.Errorf("%+v, the last alert was raised at %d", record, raised)
	}
	third := l.MessageOn(lab.Realert, "paul", "m1").Request
	if diff := cmp.Diff([]string{third}, alerted(l, lab.Erin)); diff != "" {
		t.Error(diff)
	}
	if err := l.Do.Dismiss(ctx, lab.Erin, third); err != nil {
		t.Fatal(err)
	}
	if now, _ := l.View.Dismissals("erin"); now.Until != record.Until || now.Some[third] != 1 || now.Last != third {
		t.Errorf("%+v", now)
	}
}

// Dismissals of requests that are not open any more go with the next one.
func TestDismissalsArePruned(t *testing.T) {
	l := lab.Start(t)
	connect(l, lab.Erin)
	var ids []string
	for i := range 5 {
		id := l.MessageOn(lab.Realert, fmt.Sprint("c", i), "m1").Request
		ids = append(ids, id)
		if err := l.Do.Dismiss(ctx, lab.Erin, id); err != nil {
			t.Fatal(err)
		}
		if i < 3 {
			must(t, l.Do.Close, lab.Gina, id)
		}
	}
	record, _ := l.View.Dismissals("erin")
	if diff := cmp.Diff(map[string]int64{ids[3]: 1, ids[4]: 1}, record.Some); diff != "" {
		t.Error(diff)
	}
}

// Dismissals of one agent's devices at the same moment are all there.
func TestDismissalsAtTheSameMoment(t *testing.T) {
	l, ctx := lab.Start(t), patient(t)
	connect(l, lab.Erin)
	var wg sync.WaitGroup
	for i := range 20 {
		id := l.MessageOn(lab.Realert, fmt.Sprint("c", i), "m1").Request
		for range 2 {
			wg.Go(func() {
				if err := l.Do.Dismiss(ctx, lab.Erin, id); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	if left := alerted(l, lab.Erin); len(left) > 0 {
		t.Errorf("%d alerts are left", len(left))
	}
}

// N2: to subscribe twice is to subscribe once; the record is written again, so that
// the snapshot comes again, and stands since when it stood.
func TestN2SubscribeTwice(t *testing.T) {
	l := lab.Start(t)
	if err := l.Do.Subscribe(ctx, lab.Carol, "l1"); err != nil {
		t.Fatal(err)
	}
	first := l.View.Agent("carol").Subscriptions["l1"]
	id := l.Message("john", "m1").Request
	for n := int64(1); n < 4; n++ {
		if err := l.Do.Subscribe(ctx, lab.Carol, "l1"); err != nil {
			t.Fatal(err)
		}
		if s := l.View.Agent("carol").Subscriptions["l1"]; s.Since != first.Since || s.Repeats != n || !s.Subscribed || !s.Chosen {
			t.Errorf("N2: repeat %d: %+v, first %+v", n, s, first)
		}
	}
	if diff := cmp.Diff([]string{id}, alerted(l, lab.Carol)); diff != "" {
		t.Errorf("N2: her alerts: %s", diff)
	}
	for range 2 {
		if err := l.Do.Unsubscribe(ctx, lab.Carol, "l1"); err != nil {
			t.Fatal(err)
		}
	}
	if s := l.View.Agent("carol").Subscriptions["l1"]; s.Subscribed || s.Since <= first.Since || s.Repeats != 0 {
		t.Errorf("N3: %+v", s)
	}
	if err := l.Do.Subscribe(ctx, lab.Carol, "l1"); err != nil || len(alerted(l, lab.Carol)) > 0 {
		t.Errorf("N1: subscribed anew, and alerted of what was there before: %v, %v", err, alerted(l, lab.Carol))
	}
}

// What an agent has dismissed one by one does not grow with what is open: what is
// older than every alert that stands is dismissed as a whole.
func TestN5ManyDismissals(t *testing.T) {
	const open = 1010
	l := lab.Start(t)
	connect(l, lab.Erin, lab.Frank)
	first := l.MessageOn(lab.Reopen, "john", "m1").Request
	ids := copies(l, first, open)
	if err := l.Do.DismissAll(ctx, lab.Erin); err != nil || len(alerted(l, lab.Frank)) != open+1 {
		t.Fatalf("%v: %d alerts", err, len(alerted(l, lab.Frank)))
	}
	dismissed := map[string]int64{}
	for _, id := range ids[:1000] {
		dismissed[id] = 1
	}
	with := func(some map[string]int64) {
		record, err := json.Marshal(keyspace.DismissalRecord{Some: some})
		if err != nil {
			t.Fatal(err)
		}
		write(l, store.Put(keyspace.Dismissal("frank"), record))
	}
	with(dismissed)
	next := ids[1000]
	refused(t, "N5: the oldest stands", command.InvalidRequest, l.Do.Dismiss(ctx, lab.Frank, next))
	delete(dismissed, ids[999])
	dismissed[first] = 1
	with(dismissed)
	if err := l.Do.Dismiss(ctx, lab.Frank, next); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(append([]string{ids[999]}, ids[1001:]...), alerted(l, lab.Frank)); diff != "" {
		t.Error(diff)
	}
	if record, _ := l.View.Dismissals("frank"); len(record.Some) != 1 || record.Some[next] != 1 || record.Last != next {
		t.Errorf("there are %d entries", len(record.Some))
	}
}

// copies opens n requests like one that is open, of other customers.
func copies(l *lab.Lab, of string, n int) (ids []string) {
	l.T.Helper()
	for i := range n {
		d := *open(l, of)
		d.ID, d.Customer.ID = fmt.Sprintf("%s%04d", of, i), fmt.Sprint("customer", i)
		ids = append(ids, d.ID)
		encoded, err := json.Marshal(d)
		if err != nil {
			l.T.Fatal(err)
		}
		write(l, store.Put(keyspace.Slot(d.Channel, d.Customer.ID), encoded), store.Put(keyspace.Alert(d.ID), []byte(`{"generation":1}`)))
	}
	return ids
}
