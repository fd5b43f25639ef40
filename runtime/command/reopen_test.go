package command_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
)

// T06, T06b: what a message after the close makes. Either way it is a new request;
// with Reopen it names the old one.
func TestT06bReopen(t *testing.T) {
	for name, tc := range map[string]struct {
		policy lab.Policy
		names  bool
	}{
		"T06 NewRequest": {lab.Grab, false},
		"T06b Reopen":    {lab.Reopen, true},
	} {
		t.Run(name, func(t *testing.T) {
			l := lab.Start(t)
			last := l.MessageOn(tc.policy, "john", "m0")
			if d := open(l, last.Request); d.ReopenOf != "" {
				t.Errorf("the first one goes on from %s", d.ReopenOf)
			}
			for n := 1; n < 4; n++ {
				must(t, l.Do.Join, lab.Erin, last.Request)
				must(t, l.Do.Close, lab.Erin, last.Request)
				next := l.MessageOn(tc.policy, "john", fmt.Sprint("m", n))
				want := ""
				if tc.names {
					want = last.Request
				}
				d := open(l, next.Request)
				if next.Outcome != request.Opened || next.Request == last.Request || d.ReopenOf != want {
					t.Errorf("%+v goes on from %q, want %q", next, d.ReopenOf, want)
				}
				if d.State != request.Unread || len(d.Members) > 0 || d.Version != 1 || d.Messages.Next() != 2 || d.Thread != "" {
					t.Errorf("it is not a new incarnation: %+v", d)
				}
				last = next
			}
		})
	}
}

// T06b: of a customer on another channel, and of another customer, nothing is known.
func TestT06bOfTheSameCustomer(t *testing.T) {
	l := lab.Start(t)
	id := l.MessageOn(lab.Grab, "john", "m1").Request
	must(t, l.Do.Close, lab.Gina, id)
	must(t, l.Do.Close, lab.Gina, l.MessageOn(lab.Reopen, "mary", "m1").Request)
	if d := open(l, l.MessageOn(lab.Reopen, "john", "m1").Request); d.ReopenOf != "" {
		t.Errorf("it goes on from %s", d.ReopenOf)
	}
}

// T06b against the close itself: the message is the old one's, or goes on from it.
func TestT06bAgainstClose(t *testing.T) {
	l := lab.Start(t)
	x := another(l)
	for round := range 20 {
		customer := fmt.Sprint("c", round)
		id := l.MessageOn(lab.Reopen, customer, "m1").Request
		answered := make(chan protocol.Receipt)
		go func() {
			r, err := x.Receive(ctx, lab.Reopen.Channel(), protocol.PostMessage{ID: "m2", Customer: protocol.Customer{ID: customer}, Text: "x"})
			if err != nil {
				t.Error(err)
			}
			answered <- r
		}()
		must(t, l.Do.Close, lab.Gina, id)
		if r := <-answered; r.Request != id && open(l, r.Request).ReopenOf != id {
			t.Fatalf("%+v goes on from %q", r, open(l, r.Request).ReopenOf)
		}
	}
}

// T03, decision 3: a further message raises the alert again, at most once in
// realertAfter, and only while nobody is in.
func TestRealert(t *testing.T) {
	l := lab.Start(t)
	id := l.MessageOn(lab.Realert, "john", "m1").Request
	n := 1
	raised := func(after time.Duration) int64 {
		t.Helper()
		l.Clock.Move(after)
		n++
		l.MessageOn(lab.Realert, "john", fmt.Sprint("m", n))
		record, _ := kept[keyspace.AlertRecord](l, keyspace.Alert(id))
		e := l.View.Request(id)
		if record.Generation != e.Doc.Alert.Generation || (e.Doc.Last.Raised != (e.AlertRevision == e.Revision)) {
			t.Fatalf("N4: the key says %d, the request %d, in revision %d of %d", record.Generation, e.Doc.Alert.Generation, e.AlertRevision, e.Revision)
		}
		return record.Generation
	}
	got := []int64{raised(0), raised(time.Minute - time.Millisecond), raised(time.Millisecond), raised(0), raised(time.Hour)}
	if diff := cmp.Diff([]int64{1, 1, 2, 2, 3}, got); diff != "" {
		t.Error(diff)
	}
	must(t, l.Do.Join, lab.Erin, id)
	if got := raised(time.Hour); got != 3 {
		t.Errorf("T04: raised to %d while ACTIVE", got)
	}
	must(t, l.Do.Leave, lab.Erin, id)
	if got := raised(time.Hour); got != 4 {
		t.Errorf("T05: generation %d", got)
	}
	silent := l.MessageOn(lab.Grab, "john", "m1").Request
	l.Clock.Move(time.Hour)
	l.MessageOn(lab.Grab, "john", "m2")
	if d := open(l, silent); d.Alert.Generation != 1 {
		t.Errorf("T03: generation %d by default", d.Alert.Generation)
	}
}

// looked is a store that lets something happen once, when a key has been read.
type looked struct {
	*store.Store
	key  string
	then func()
}

func (s *looked) Get(ctx context.Context, key string) (store.KV, error) {
	kv, err := s.Store.Get(ctx, key)
	if then := s.then; key == s.key && then != nil {
		s.then = nil
		then()
	}
	return kv, err
}

// T06b: the request that a new one goes on from is the last one, also when another
// one comes and goes while that is found out.
func TestT06bGoesOnFromTheLastOne(t *testing.T) {
	l := lab.Start(t)
	must(t, l.Do.Close, lab.Gina, l.MessageOn(lab.Reopen, "john", "m1").Request)
	var last string
	s := &looked{Store: l.Store, key: keyspace.LastClosed(lab.Reopen.Channel(), "john"), then: func() {
		last = l.MessageOn(lab.Reopen, "john", "m2").Request
		must(t, l.Do.Close, lab.Gina, last)
	}}
	x := command.New(command.Options{Store: s, View: l.View, Now: l.Clock.Now})
	r, err := x.Receive(ctx, lab.Reopen.Channel(), protocol.PostMessage{ID: "m3", Customer: protocol.Customer{ID: "john"}, Text: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if got := open(l, r.Request).ReopenOf; got != last {
		t.Errorf("it goes on from %s and not from %s", got, last)
	}
}
