package command_test

import (
	"context"
	"sync"
	"testing"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/view"
)

// asked is a store that tells when it is asked how far it has come.
type asked struct {
	*store.Store
	then func()
}

func (s asked) Latest(ctx context.Context) (int64, error) {
	s.then()
	return s.Store.Latest(ctx)
}

// behind makes an executor of another replica, whose view stands still until it
// wants to know what it may have missed.
func behind(l *lab.Lab) *command.Executor {
	l.T.Helper()
	v := view.New(l.Store.History())
	loaded, err := l.Store.Load(ctx, view.Prefixes, v.Load)
	if err != nil {
		l.T.Fatal(err)
	}
	if err := v.Loaded(loaded); err != nil {
		l.T.Fatal(err)
	}
	following, stop := context.WithCancel(ctx)
	var done sync.WaitGroup
	follow := sync.OnceFunc(func() {
		done.Go(func() { _ = l.Store.Watch(following, loaded+1, v.Apply) })
	})
	l.T.Cleanup(func() { stop(); done.Wait() })
	return command.New(command.Options{Store: asked{l.Store, follow}, View: v, Now: l.Clock.Now})
}

// What an agent has been told by one replica, another one does not deny because
// it has not heard of it yet.
func TestNoReplicaDeniesWhatAnotherOneSaid(t *testing.T) {
	for name, tc := range map[string]struct {
		before func(t *testing.T, l *lab.Lab, id string)
		since  func(t *testing.T, l *lab.Lab, id string)
		do     func(x *command.Executor, id string) (request.Outcome, error)
		want   request.Outcome
	}{
		"T09 the owner has left": {
			func(t *testing.T, l *lab.Lab, id string) { must(t, l.Do.Join, lab.Erin, id) },
			func(t *testing.T, l *lab.Lab, id string) { must(t, l.Do.Leave, lab.Erin, id) },
			func(x *command.Executor, id string) (request.Outcome, error) {
				r, err := x.Join(ctx, lab.Frank, id, "")
				return r.Outcome, err
			}, request.Joined,
		},
		"T13 a member no more": {
			func(t *testing.T, l *lab.Lab, id string) { must(t, l.Do.Join, lab.Erin, id) },
			func(t *testing.T, l *lab.Lab, id string) { must(t, l.Do.Leave, lab.Erin, id) },
			func(x *command.Executor, id string) (request.Outcome, error) {
				r, err := x.Join(ctx, lab.Erin, id, "")
				return r.Outcome, err
			}, request.Joined,
		},
		"T16 a member by now": {
			nil,
			func(t *testing.T, l *lab.Lab, id string) { must(t, l.Do.Join, lab.Erin, id) },
			func(x *command.Executor, id string) (request.Outcome, error) {
				r, err := x.Leave(ctx, lab.Erin, id, "")
				return r.Outcome, err
			}, request.Left,
		},
		"T30 connected by now": {
			func(t *testing.T, l *lab.Lab, id string) { must(t, l.Do.Join, lab.Erin, id) },
			func(t *testing.T, l *lab.Lab, _ string) { connect(l, lab.Frank) },
			func(x *command.Executor, id string) (request.Outcome, error) {
				r, err := x.Invite(ctx, lab.Erin, id, "", toAgent("frank"))
				return r.Outcome, err
			}, request.Offered,
		},
		"T27 joined by now": {
			nil,
			func(t *testing.T, l *lab.Lab, id string) { must(t, l.Do.Join, lab.Erin, id) },
			func(x *command.Executor, id string) (request.Outcome, error) {
				out, err := x.Logout(ctx, lab.Erin, "")
				if len(out.Left) != 1 {
					return "", err
				}
				return request.Left, err
			}, request.Left,
		},
		"T21 opened by now": {
			nil,
			func(t *testing.T, l *lab.Lab, _ string) { l.MessageOn(lab.Grab, "mary", "m1") },
			func(x *command.Executor, _ string) (request.Outcome, error) {
				return x.EndSession(ctx, lab.Grab.Channel(), "mary")
			}, request.Ended,
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := lab.Start(t)
			connect(l, lab.Erin)
			id := l.MessageOn(lab.Grab, "john", "m1").Request
			if tc.before != nil {
				tc.before(t, l, id)
			}
			x := behind(l)
			tc.since(t, l, id)
			if got, err := tc.do(x, id); err != nil || got != tc.want {
				t.Errorf("%v, %q", err, got)
			}
		})
	}
}

// A request that has come in at another replica is there.
func TestJoinOfWhatAnotherReplicaTook(t *testing.T) {
	l := lab.Start(t)
	connect(l, lab.Erin)
	x := behind(l)
	id := l.MessageOn(lab.Grab, "john", "m1").Request
	if _, err := x.Conversation(ctx, lab.Erin, id); err != nil {
		t.Errorf("the conversation: %v", err)
	}
	must(t, behind(l).Join, lab.Erin, id)
	raised := l.MessageOn(lab.Reopen, "john", "m1").Request
	if err := x.Dismiss(ctx, lab.Erin, raised); err != nil {
		t.Errorf("N5: an alert of another replica: %v", err)
	}
	l.Eventually(func() bool { return len(alerted(l, lab.Erin)) == 0 }) // the other one sees it, too
}

// L4: a message to a request that is open is taken, also where nothing may be opened
// any more and the request is news.
func TestL4MessageToWhatAnotherReplicaOpened(t *testing.T) {
	l := lab.Start(t)
	id := l.MessageOn(lab.Reopen, "john", "m1").Request
	config := lab.Config()
	for i := range config.Channels {
		if c := &config.Channels[i]; c.Name == lab.Reopen.Channel() {
			c.RoutingMode = snapshot.RoutingPush
		}
	}
	l.Program(config)
	x := behind(l)
	opened := copies(l, id, 1)[0] // by a replica that had not heard of it
	message := protocol.PostMessage{ID: "m2", Customer: protocol.Customer{ID: open(l, opened).Customer.ID}, Text: "hello"}
	if got, err := x.Receive(ctx, lab.Reopen.Channel(), message); err != nil || got.Request != opened || got.Outcome != request.Appended {
		t.Errorf("L4: %v, %+v", err, got)
	}
	message.Customer.ID = "mary"
	_, err := x.Receive(ctx, lab.Reopen.Channel(), message)
	refused(t, "L4", command.NotPull, err)
}
