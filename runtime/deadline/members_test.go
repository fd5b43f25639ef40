package deadline_test

import (
	"context"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

func TestDisconnectGrace(t *testing.T) { // T25, T26
	s := begin(t, nothing)
	id := s.Message("john", "m1").Request
	s.connect(lab.Alice, true)
	s.join(lab.Alice, id)
	s.look()
	s.Clock.Move(time.Hour)
	s.look()
	s.want(id, request.Active, request.Join)

	s.connect(lab.Alice, false)
	s.look() // it begins to count
	s.Clock.Move(time.Minute)
	s.look()
	s.connect(lab.Alice, true) // T25: back within the grace
	s.look()
	s.connect(lab.Alice, false)
	s.look()
	s.Clock.Move(time.Minute)
	s.look()
	s.want(id, request.Active, request.Join)
	s.Clock.Move(time.Millisecond)
	s.look()
	s.want(id, request.Inactive, request.Disconnect) // T26
}

// Decision 5: who has joined without ever connecting is absent, too, and after a
// start everybody has a full grace.
func TestGraceAfterAStart(t *testing.T) {
	s := begin(t, nothing)
	id := s.Message("john", "m1").Request
	s.join(lab.Alice, id)
	s.look()
	s.Clock.Move(59 * time.Second)
	s.look()
	s.engage() // another keeper: it has not seen for how long
	s.look()
	s.Clock.Move(59 * time.Second)
	s.look()
	s.want(id, request.Active, request.Join)
	s.Clock.Move(2 * time.Second)
	s.look()
	s.want(id, request.Inactive, request.Disconnect)
}

// Decision 5: the grace counts only while agents can connect, which they cannot
// while the replica catches up with its store or drains.
func TestGraceWhileNotServing(t *testing.T) {
	s := begin(t, nothing)
	id := s.Message("john", "m1").Request
	s.join(lab.Alice, id)
	serving := true
	s.keeper.Serving = func() bool { return serving }
	s.look()
	s.Clock.Move(59 * time.Second)
	serving = false
	s.look()
	s.Clock.Move(time.Hour)
	s.look()
	serving = true
	s.look() // it begins to count again
	s.Clock.Move(59 * time.Second)
	s.look()
	s.want(id, request.Active, request.Join)
	s.Clock.Move(2 * time.Second)
	s.look()
	s.want(id, request.Inactive, request.Disconnect)
}

// Whoever joins while they have been away for long has a full grace from then.
func TestGraceCountsFromTheJoin(t *testing.T) {
	s := begin(t, nothing)
	first := s.Message("john", "m1").Request
	s.join(lab.Alice, first)
	s.look()
	s.Clock.Move(50 * time.Second)
	second := s.Message("jane", "m2").Request
	s.join(lab.Alice, second)
	s.Clock.Move(15 * time.Second)
	s.look()
	s.want(first, request.Inactive, request.Disconnect)
	s.want(second, request.Active, request.Join)
}

// L7, section 4: who may not use the list any more is let go; a subscription alone
// that goes changes no membership.
func TestLostAccess(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(t *testing.T, s *scene)
		stays  bool
	}{
		"subscription resource gone": {func(_ *testing.T, s *scene) {
			s.config.Subscriptions = s.config.Subscriptions[1:]
			s.Program(s.config)
		}, false},
		"list taken out of it": {func(_ *testing.T, s *scene) {
			s.config.Subscriptions[0].Lists = []string{"l2"}
			s.Program(s.config)
		}, false},
		"another one gives it": {func(_ *testing.T, s *scene) {
			s.config.Subscriptions[0].Lists = []string{"l2"}
			s.config.Subscriptions[1].Agents = []string{"alice"}
			s.Program(s.config)
		}, true},
		"unsubscribed": {func(t *testing.T, s *scene) { // N3
			if err := s.Do.Unsubscribe(context.Background(), lab.Alice, "l1"); err != nil {
				t.Fatal(err)
			}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t, nothing)
			s.connect(lab.Alice, true)
			if err := s.Do.See(context.Background(), lab.Alice); err != nil {
				t.Fatal(err)
			}
			id := s.Message("john", "m1").Request
			s.join(lab.Alice, id)
			s.look()
			tc.change(t, s)
			s.look()
			if tc.stays {
				s.want(id, request.Active, request.Join)
			} else {
				s.want(id, request.Inactive, request.Revoke)
			}
		})
	}
}

// A group that has gone from the agent's token takes its lists with it.
func TestLostGroup(t *testing.T) {
	s := begin(t, nothing)
	s.connect(lab.Carol, true)
	ctx := context.Background()
	if err := s.Do.See(ctx, lab.Carol); err != nil {
		t.Fatal(err)
	}
	id := s.Message("john", "m1").Request
	s.join(lab.Carol, id)
	s.look()
	if err := s.Do.See(ctx, inbox.Agent{Name: lab.Carol.Name}); err != nil {
		t.Fatal(err)
	}
	s.look()
	s.want(id, request.Inactive, request.Revoke)
}

// L5 of access: members of one list are judged by that list alone.
func TestAccessIsOfTheList(t *testing.T) {
	s := begin(t, nothing)
	s.connect(lab.Alice, true)
	id := s.Message("john", "m1").Request
	s.join(lab.Alice, id)
	s.look()
	s.config.Lists = append([]snapshot.List{}, s.config.Lists...)
	s.config.Lists[1].DisplayName = "renamed" // L8
	s.Program(s.config)
	s.look()
	s.want(id, request.Active, request.Join)
}
