package deadline_test

import (
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// L2: what becomes of the open requests of a deleted list.
func TestDrainingLists(t *testing.T) {
	for name, tc := range map[string]struct {
		deletion snapshot.Deletion
		after    time.Duration
		want     request.State
		last     request.Kind
	}{
		"Close":                           {snapshot.Deletion{Policy: snapshot.DeletionClose}, 0, request.Closed, request.ForceClose},
		"Transfer":                        {snapshot.Deletion{Policy: snapshot.DeletionTransfer, TransferTo: "l2"}, 0, request.Closed, request.Transfer},
		"Drain without a deadline":        {snapshot.Deletion{Policy: snapshot.DeletionDrain}, time.Hour, request.Unread, request.Receive},
		"Drain at its deadline":           {snapshot.Deletion{Deadline: snapshot.Duration(time.Hour)}, time.Hour, request.Unread, request.Receive},
		"Drain, after its deadline Close": {snapshot.Deletion{Deadline: snapshot.Duration(time.Hour)}, time.Hour + time.Millisecond, request.Closed, request.ForceClose},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t, func(l *snapshot.List, _ *snapshot.Channel) { l.Deletion = tc.deletion })
			ids := []string{s.Message("john", "m1").Request, s.Message("jane", "m2").Request}
			s.look()
			s.want(ids[0], request.Unread, request.Receive)
			s.config.Lists[0].Draining = true
			s.Program(s.config)
			s.look() // stamps
			s.Clock.Move(tc.after)
			s.look()
			for _, id := range ids {
				s.want(id, tc.want, tc.last)
				if tc.last == request.ForceClose && s.doc(id).Reason != request.ClosedByForce {
					t.Errorf("closed by %s", s.doc(id).Reason)
				}
				if to := s.doc(id).TransferredTo; tc.last == request.Transfer && s.View.Request(to).Doc.List != "l2" {
					t.Errorf("went on as %s", to)
				}
			}
		})
	}
}

// A list that is made again, and deleted again, has its whole deadline again; a
// restart does not give it another one.
func TestDrainingBeginsAnew(t *testing.T) {
	s := begin(t, func(l *snapshot.List, _ *snapshot.Channel) {
		l.Deletion.Deadline = snapshot.Duration(time.Hour)
	})
	id := s.Message("john", "m1").Request
	draining := func(is bool) {
		s.config.Lists[0].Draining = is
		s.Program(s.config)
		s.look()
	}
	draining(true)
	s.Clock.Move(50 * time.Minute)
	draining(false)
	draining(true)
	s.Clock.Move(50 * time.Minute)
	s.Stop()
	s.Run()
	s.Eventually(func() bool { return s.Hub.Ready() == nil })
	s.engage()
	s.look()
	s.want(id, request.Unread, request.Receive)
	s.Clock.Move(11 * time.Minute)
	s.look()
	s.want(id, request.Closed, request.ForceClose)
}

// L2: one request that cannot be written does not keep the list from being emptied.
func TestDrainingGoesOn(t *testing.T) {
	s := begin(t, func(l *snapshot.List, _ *snapshot.Channel) {
		l.Deletion.Policy = snapshot.DeletionClose
	})
	broken, id := s.Message("john", "m1").Request, s.Message("jane", "m2").Request
	s.command.broken = map[string]bool{broken: true}
	s.config.Lists[0].Draining = true
	s.Program(s.config)
	s.look() // stamps
	s.look()
	s.want(id, request.Closed, request.ForceClose)
}
