package command_test

import (
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/request"
)

// Each clock fires when more than its time has passed, and not when exactly that
// has; it then does so once.
func TestFire(t *testing.T) {
	for name, tc := range map[string]struct {
		policy lab.Policy
		before func(t *testing.T, l *lab.Lab, id string)
		clock  request.Clock
		after  time.Duration
		want   func(t *testing.T, l *lab.Lab, id string)
	}{
		"T22 auto-close": {lab.Grab, nil, request.Clock{Kind: request.Expire}, 24 * time.Hour, closedFor(request.ClosedByInactivity)},
		"T23 customer activity timeout": {lab.Response, func(t *testing.T, l *lab.Lab, id string) {
			must(t, saying(l.Do, "hello"), lab.Erin, id)
		}, request.Clock{Kind: request.CustomerTimeout}, 10 * time.Minute, closedFor(request.ClosedByInactivity)},
		"T24 response time": {lab.Response, nil, request.Clock{Kind: request.ResponseTimeout}, time.Minute, func(t *testing.T, l *lab.Lab, id string) {
			if d := open(l, id); d.State != request.Inactive || d.Last.Kind != request.ResponseTimeout || len(d.Last.Released) != 1 {
				t.Errorf("T24: %+v", d)
			}
		}},
		"T33 wrap-up timer": {lab.WrapUp, func(t *testing.T, l *lab.Lab, id string) {
			must(t, l.Do.Leave, lab.Erin, id)
		}, request.Clock{Kind: request.WrapUpTimeout, Target: "erin"}, time.Minute, func(t *testing.T, l *lab.Lab, id string) {
			if w := open(l, id).WrapUpOf("erin"); w.AppliedAt == nil || !w.ByTimer || w.Reasons[0] != "other" {
				t.Errorf("T33: %+v", w)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			l := lab.Start(t)
			id := l.MessageOn(tc.policy, "john", "m1").Request
			must(t, l.Do.Join, lab.Erin, id)
			if tc.before != nil {
				tc.before(t, l, id)
			}
			version := open(l, id).Version
			l.Clock.Move(tc.after)
			if err := l.Do.Fire(ctx, id, tc.clock); err != nil || open(l, id).Version != version {
				t.Fatalf("when exactly its time has passed: %v, version %d", err, open(l, id).Version)
			}
			l.Clock.Move(time.Millisecond)
			for range 2 {
				if err := l.Do.Fire(ctx, id, tc.clock); err != nil {
					t.Fatal(err)
				}
			}
			tc.want(t, l, id)
			if e := l.View.Request(id); e != nil && e.Doc.Version != version+1 {
				t.Errorf("C8: it fired %d times", e.Doc.Version-version)
			}
		})
	}
}

func closedFor(want request.CloseReason) func(*testing.T, *lab.Lab, string) {
	return func(t *testing.T, l *lab.Lab, id string) {
		t.Helper()
		if got := closed(l, id).Reason; got != want {
			t.Errorf("closed for %s, want %s", got, want)
		}
	}
}

func TestFireOfWhatIsNoClock(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	if err := l.Do.Fire(ctx, id, request.Clock{Kind: request.Close}); err == nil || open(l, id).State != request.Unread {
		t.Error("a close is no clock")
	}
	if err := l.Do.Fire(ctx, "nothing", request.Clock{Kind: request.Expire}); err != nil {
		t.Errorf("what is gone needs nothing: %v", err)
	}
}

// T26, L7: memberships that the system ends, once.
func TestDisconnectAndRevoke(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	must(t, l.Do.Join, lab.Alice, id)
	must(t, l.Do.Join, lab.Bob, id)
	for range 2 {
		if err := l.Do.Disconnect(ctx, id, "alice"); err != nil {
			t.Fatal(err)
		}
	}
	if d := open(l, id); d.State != request.Active || d.Last.Kind != request.Disconnect || d.Version != 4 {
		t.Errorf("T26: %+v", d)
	}
	for range 2 {
		if err := l.Do.Revoke(ctx, id, "bob"); err != nil {
			t.Fatal(err)
		}
	}
	if d := open(l, id); d.State != request.Inactive || d.Last.Kind != request.Revoke || d.Version != 5 {
		t.Errorf("L7: %+v", d)
	}
}

// L2: since when a list has been draining is noted once, until it is not.
func TestDrainingIsStampedOnce(t *testing.T) {
	l := lab.Start(t)
	start := l.Clock.Now()
	for range 2 {
		if err := l.Do.StampDraining(ctx, "l1"); err != nil {
			t.Fatal(err)
		}
		l.Clock.Move(time.Hour)
	}
	if since, ok := l.View.Draining("l1"); !ok || !since.Equal(start) {
		t.Errorf("L2: since %s, %t", since, ok)
	}
	for range 2 {
		if err := l.Do.ClearDraining(ctx, "l1"); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := l.View.Draining("l1"); ok {
		t.Error("it is still draining")
	}
}

// G7: a message and the auto-close at the same moment: one of them, never both.
func TestG7MessageAgainstAutoClose(t *testing.T) {
	l := lab.Start(t)
	x := another(l)
	for round := range 20 {
		first := l.Message("john", string(rune('a'+2*round)))
		l.Clock.Move(24*time.Hour + time.Millisecond)
		fired := make(chan error)
		go func() { fired <- x.Fire(ctx, first.Request, request.Clock{Kind: request.Expire}) }()
		second := l.Message("john", string(rune('b'+2*round)))
		if err := <-fired; err != nil {
			t.Fatal(err)
		}
		e := l.View.Slot(keyspace.Slot("facebook", "john"))
		if e == nil || e.Doc.ID != second.Request {
			t.Fatalf("G7: the message is in %s, and open is %+v", second.Request, e)
		}
		if second.Request == first.Request {
			if kv, err := l.Store.Get(ctx, keyspace.Closed(first.Request)); err != nil || kv.Revision != 0 {
				t.Fatalf("G7: the message cancelled the close, and it closed: %v", err)
			}
		} else if d := closed(l, first.Request); d.Messages.Next() != 2 {
			t.Fatalf("G7: closed, with %d messages", d.Messages.Next()-1)
		}
		must(t, l.Do.Close, lab.Carol, second.Request)
	}
}

// G6: the last leave and a join at the same moment: ACTIVE if and only if somebody
// is in.
func TestG6LastLeaveAgainstJoin(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	must(t, l.Do.Join, lab.Alice, id)
	x := another(l)
	for range 20 {
		leaver, joiner := lab.Alice, lab.Bob
		if !open(l, id).Member("alice") {
			leaver, joiner = joiner, leaver
		}
		joined := make(chan error)
		go func() { _, err := x.Join(ctx, joiner, id, ""); joined <- err }()
		must(t, l.Do.Leave, leaver, id)
		if err := <-joined; err != nil {
			t.Fatal(err)
		}
		if d := open(l, id); d.State != request.Active || len(d.Members) != 1 || !d.Member(joiner.Name) {
			t.Fatalf("G6: %s with %v", d.State, members(d))
		}
	}
}

// T27: who logs out leaves everything, also what they were invited to; what others
// are in stays theirs.
func TestT27Logout(t *testing.T) {
	l := lab.Start(t)
	connect(l, lab.Alice, lab.Erin)
	invited := l.MessageOn(lab.Grab, "paul", "m1").Request
	must(t, l.Do.Join, lab.Erin, invited)
	must(t, l.Do.Accept, lab.Alice, must(t, target(l.Do.Invite, toAgent("alice")), lab.Erin, invited).Offer.ID)
	alone, shared := l.Message("john", "m1").Request, l.Message("mary", "m1").Request
	for _, id := range []string{alone, shared} {
		must(t, l.Do.Join, lab.Alice, id)
	}
	must(t, l.Do.Join, lab.Bob, shared)
	out, err := l.Do.Logout(ctx, lab.Alice, "k1")
	if err != nil || len(out.Left) != 3 || out.Left[0] != invited {
		t.Fatalf("T27: %v, %+v", err, out)
	}
	if d := open(l, alone); d.State != request.Inactive || d.Last.Kind != request.Logout {
		t.Errorf("T27: %+v", d)
	}
	if d := open(l, shared); d.State != request.Active || len(d.Members) != 1 {
		t.Errorf("T27: %+v", d)
	}
	if out, err := l.Do.Logout(ctx, lab.Alice, "k1"); err != nil || out.Left == nil || len(out.Left) > 0 {
		t.Errorf("T27 again: %v, %+v", err, out)
	}
}

// What a customer's connector says of them is noted with who is to be told.
func TestPutPresence(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	must(t, l.Do.Join, lab.Alice, id)
	if err := l.Do.PutPresence(ctx, "facebook", "john", putPresence(true)); err != nil {
		t.Fatal(err)
	}
	if c := l.View.Customer("facebook", "john"); c == nil || !c.Online || c.Location != "Berlin" || c.Request != id || c.Members[0] != "alice" {
		t.Errorf("%+v", c)
	}
	refused(t, "presence", "unknown-channel", l.Do.PutPresence(ctx, "nowhere", "john", putPresence(true)))
	refused(t, "presence", "invalid-request", l.Do.PutPresence(ctx, "facebook", "", putPresence(true)))
}
