package command_test

import (
	"context"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// N12, section 4: a repeat gets its answer, and no look at what the request has
// become since for who must not see it any more.
func TestRepeatShowsNothingNew(t *testing.T) {
	for name, tc := range map[string]struct {
		by    inbox.Agent
		list  lab.Policy
		since func(t *testing.T, l *lab.Lab, id string)
	}{
		"N12 somebody else has grabbed it": {lab.Erin, lab.Grab, func(t *testing.T, l *lab.Lab, id string) {
			must(t, l.Do.Leave, lab.Erin, id)
			must(t, l.Do.Join, lab.Frank, id)
		}},
		"section 4 the access is gone": {lab.Erin, lab.Reopen, func(t *testing.T, l *lab.Lab, id string) {
			config := lab.Config()
			config.Subscriptions[2].Agents = []string{"frank"}
			l.Program(config)
			if err := l.Do.Revoke(ctx, id, "erin"); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			l := lab.Start(t)
			id := l.MessageOn(tc.list, "john", "m1").Request
			done(t)(l.Do.Join(ctx, tc.by, id, "k1"))
			tc.since(t, l, id)
			l.MessageOn(tc.list, "john", "m2")
			got := done(t)(l.Do.Join(ctx, tc.by, id, "k1"))
			if !got.Repeated || got.Outcome != request.Joined || got.Request == nil || got.Request.ID != id {
				t.Errorf("G2: %+v", got)
			}
			if len(got.Messages) > 0 || len(got.Request.Members) > 0 || got.Request.Customer.Name != "" {
				t.Errorf("it shows %+v, %+v", got.Messages, got.Request)
			}
		})
	}
}

// Section 4: who has lost the access sees nothing of what they were in, from the
// moment they are out of it.
func TestRevokedAgentSeesNothing(t *testing.T) {
	l, id := withoutAlice(t)
	if err := l.Do.Revoke(ctx, id, "alice"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Do.Conversation(ctx, lab.Alice, id); reason(err) != command.UnknownRequest {
		t.Errorf("the conversation: %v", err)
	}
}

// A command of whose outcome the store is in doubt gets its answer also where the
// request is not the agent's to see any more.
func TestUnknownOutcomeOfWhoIsOut(t *testing.T) {
	l := lab.Start(t)
	id := l.MessageOn(lab.Grab, "john", "m1").Request
	must(t, l.Do.Join, lab.Erin, id)
	s := &doubtful{Store: l.Store}
	s.fate = fates(func() { must(t, l.Do.Join, lab.Frank, id) })["landed, and others went on"]
	x := command.New(command.Options{Store: s, View: l.View, Now: l.Clock.Now})
	if got, err := x.Leave(ctx, lab.Erin, id, ""); err != nil || got.Outcome != request.Left || got.Repeated {
		t.Errorf("%v, %+v", err, got)
	}
}

// meddled is a store in which somebody else is faster than the next commit.
type meddled struct {
	*store.Store
	first func()
}

func (s *meddled) Commit(ctx context.Context, txn store.Txn) (store.Result, error) {
	if first := s.first; first != nil {
		s.first = nil
		first()
	}
	return s.Store.Commit(ctx, txn)
}

// T27: that somebody else let the agent go, and another one has the request, is no
// error of a logout.
func TestT27OfWhoIsOutAlready(t *testing.T) {
	l := lab.Start(t)
	id := l.MessageOn(lab.Grab, "john", "m1").Request
	must(t, l.Do.Join, lab.Erin, id)
	s := &meddled{Store: l.Store, first: func() {
		must(t, removing(l.Do, "erin"), lab.Gina, id)
		must(t, l.Do.Join, lab.Frank, id)
	}}
	x := command.New(command.Options{Store: s, View: l.View, Now: l.Clock.Now})
	if got, err := x.Logout(ctx, lab.Erin, ""); err != nil || len(got.Left) > 0 {
		t.Errorf("%v, %+v", err, got)
	}
}

// granting is a store that notes for how long leases are asked for.
type granting struct {
	*store.Store
	longest time.Duration
}

func (s *granting) Grant(ctx context.Context, ttl time.Duration) (store.LeaseID, error) {
	s.longest = max(s.longest, ttl)
	return s.Store.Grant(ctx, ttl)
}

// T33: a closed request is there until the time for its wrap-ups is over, however
// short closed ones are kept.
func TestT33OutlivesTheRetention(t *testing.T) {
	l := lab.Start(t)
	config := lab.Config()
	config.Retention.Closed = snapshot.Duration(time.Minute)
	for i := range config.Lists {
		if w := config.Lists[i].WrapUp; w != nil {
			w.Timeout = snapshot.Duration(time.Hour)
		}
	}
	l.Program(config)
	id := l.MessageOn(lab.WrapUp, "john", "m1").Request
	must(t, l.Do.Join, lab.Erin, id)
	s := &granting{Store: l.Store}
	x := command.New(command.Options{Store: s, View: l.View, Now: l.Clock.Now})
	must(t, x.Close, lab.Erin, id)
	if s.longest <= time.Hour {
		t.Errorf("it is kept for %s", s.longest)
	}
}

// T21: the customer ends whatever is open when the end comes, also what another
// replica has made of the request since.
func TestT21EndsWhatIsOpenNow(t *testing.T) {
	for name, since := range map[string]func(t *testing.T, l *lab.Lab, id string){
		"closed, and a new one opened": func(t *testing.T, l *lab.Lab, id string) {
			must(t, l.Do.Close, lab.Gina, id)
			l.MessageOn(lab.Reopen, "john", "m2")
		},
		"transferred": func(t *testing.T, l *lab.Lab, id string) {
			must(t, target(l.Do.Transfer, toList("l2")), lab.Gina, id)
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := lab.Start(t)
			id := l.MessageOn(lab.Reopen, "john", "m1").Request
			x := behind(l)
			since(t, l, id)
			if got, err := x.EndSession(ctx, lab.Reopen.Channel(), "john"); err != nil || got != request.Ended {
				t.Errorf("%v, %s", err, got)
			}
			if open := keys(l, "slots/"); len(open) > 0 {
				t.Errorf("%v is open", open)
			}
		})
	}
}
