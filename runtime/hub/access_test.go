package hub_test

import (
	"testing"

	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/protocol"
)

// N1: what happened on a list while it was not the agent's does not come when they
// have it again and resume from before: they are shown what is open.
func TestNothingOfTheTimeWithoutAccess(t *testing.T) {
	for name, tc := range map[string]struct {
		agent    inbox.Agent
		take     func(*testing.T, *lab.Lab)
		giveBack func(*testing.T, *lab.Lab)
	}{
		"by the snapshot": {
			agent: lab.Alice,
			take: func(_ *testing.T, l *lab.Lab) {
				config := lab.Config()
				config.Subscriptions = config.Subscriptions[1:]
				l.Program(config)
			},
			giveBack: func(_ *testing.T, l *lab.Lab) { l.Program(lab.Config()) },
		},
		"by the groups of her token": {
			agent:    lab.Carol,
			take:     func(t *testing.T, l *lab.Lab) { see(t, l, inbox.Agent{Name: "carol"}) },
			giveBack: func(t *testing.T, l *lab.Lab) { see(t, l, lab.Carol) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := lab.Start(t)
			see(t, l, tc.agent)
			if err := l.Do.Subscribe(ctx, tc.agent, "l1"); err != nil {
				t.Fatal(err)
			}
			c := l.Connect(tc.agent, "")
			cursor := next(t, c).Cursor
			c.Close()
			before := l.Message("before", "m0").Request
			tc.take(t, l)
			secret := l.Message("john", "m1").Request
			if _, err := l.Do.EndSession(ctx, "facebook", "john"); err != nil {
				t.Fatal(err)
			}
			tc.giveBack(t, l)
			after := l.Message("after", "m2").Request

			frames := next(t, l.Connect(tc.agent, cursor)).Frames
			wantTypes(t, "resumed", frames, protocol.EventReceived, protocol.EventListsChanged, protocol.EventSnapshot)
			if e := lab.Event(t, frames[0]); e.RequestID != after {
				t.Errorf("told of %s; %s was while the list was not theirs", e.RequestID, secret)
			}
			if s := snapshotOf(t, frames[2]); len(s.Requests) != 2 || s.Requests[0].ID != before {
				t.Errorf("shown %+v", s.Requests)
			}
		})
	}
}

func see(t *testing.T, l *lab.Lab, a inbox.Agent) {
	t.Helper()
	if err := l.Do.See(ctx, a); err != nil {
		t.Fatal(err)
	}
}

// On a living connection it is the same: gone, silent, and back with what is open.
func TestLivingConnectionWithoutAccess(t *testing.T) {
	l := lab.Start(t)
	var conns []*hub.Conn
	for range 2 {
		c := l.Connect(lab.Alice, "")
		next(t, c)
		conns = append(conns, c)
	}
	config := lab.Config()
	config.Subscriptions = config.Subscriptions[1:]
	l.Program(config)
	l.Message("john", "m1")
	l.Program(lab.Config())
	open := l.Message("mary", "m2").Request
	for _, c := range conns {
		frames, _ := until(t, c, 4)
		wantTypes(t, "", frames, protocol.EventListsChanged, protocol.EventListsChanged, protocol.EventSnapshot, protocol.EventReceived)
		if s := snapshotOf(t, frames[2]); len(s.Requests) != 1 || len(s.Only) != 1 {
			t.Errorf("shown %+v", s)
		}
		if e := lab.Event(t, frames[3]); e.RequestID != open {
			t.Errorf("told of %s", e.RequestID)
		}
	}
}

// R1: of a list that is not the agent's any more nothing comes on resuming, also of
// the time when it was.
func TestResumeWithoutAccess(t *testing.T) {
	l := lab.Start(t)
	c := l.Connect(lab.Alice, "")
	cursor := next(t, c).Cursor
	l.Message("john", "m1")
	config := lab.Config()
	config.Subscriptions = config.Subscriptions[1:]
	l.Program(config)
	l.Message("mary", "m2")
	frames := next(t, l.Connect(lab.Alice, cursor)).Frames
	wantTypes(t, "", frames, protocol.EventListsChanged, protocol.EventSnapshot)
	if s := snapshotOf(t, frames[1]); len(s.Requests)+len(s.Lists) != 0 {
		t.Errorf("shown %+v", s)
	}
}
