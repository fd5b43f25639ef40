package command_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// limit is what the lab's domain allows an agent.
const limit = 5

func fill(t *testing.T, l *lab.Lab, p lab.Policy, n int) (ids []string) {
	t.Helper()
	for i := range n {
		ids = append(ids, l.MessageOn(p, fmt.Sprint("customer", i), "m1").Request)
	}
	return ids
}

// Decision 4: what the limit does to a join. A joined request counts, whatever list
// it is on.
func TestCapacityPolicies(t *testing.T) {
	for name, tc := range map[string]struct {
		policy lab.Policy
		warns  bool
		want   command.Reason
	}{
		"Ignore":  {lab.Reopen, false, ""},
		"Warn":    {lab.Warn, true, ""},
		"Enforce": {lab.Enforce, false, command.AtCapacity},
	} {
		t.Run(name, func(t *testing.T) {
			l := lab.Start(t)
			elsewhere := fill(t, l, lab.Realert, 1)[0]
			must(t, l.Do.Join, lab.Erin, elsewhere)
			ids := fill(t, l, tc.policy, limit)
			for _, id := range ids[:limit-1] {
				if got := must(t, l.Do.Join, lab.Erin, id); len(got.Warnings) > 0 {
					t.Errorf("below the limit: %+v", got.Warnings)
				}
			}
			last := ids[limit-1]
			got, err := l.Do.Join(ctx, lab.Erin, last, "")
			if reason(err) != tc.want || slices.Contains(got.Warnings, protocol.OverCapacity) != tc.warns {
				t.Fatalf("at the limit: %v, %+v", err, got)
			}
			if tc.want == "" {
				return
			}
			if got := must(t, l.Do.Join, lab.Erin, ids[0]); got.Outcome != request.AlreadyMember {
				t.Errorf("T13 at the limit: %+v", got)
			}
			must(t, l.Do.Join, lab.Frank, last)
			must(t, l.Do.Leave, lab.Erin, elsewhere)
			must(t, l.Do.Join, lab.Erin, last)
		})
	}
}

// L6: a limit that is lowered lets nobody go, and holds for what is joined next.
func TestL6LoweredLimit(t *testing.T) {
	l := lab.Start(t)
	ids := fill(t, l, lab.Enforce, 3)
	must(t, l.Do.Join, lab.Erin, ids[0])
	must(t, l.Do.Join, lab.Erin, ids[1])
	config := lab.Config()
	for i := range config.Subscriptions {
		if s := &config.Subscriptions[i]; s.Name == "team" {
			s.Capacity = []snapshot.Capacity{{MediaRoutingDomain: "social", MaxRequests: 1}}
		}
	}
	l.Program(config)
	_, err := l.Do.Join(ctx, lab.Erin, ids[2], "")
	refused(t, "L6", command.AtCapacity, err)
	if !open(l, ids[0]).Member("erin") || !open(l, ids[1]).Member("erin") {
		t.Error("L6: somebody was let go")
	}
}

// Joins and accepts of one agent at the same moment never pass the limit together.
func TestEnforceAtTheSameMoment(t *testing.T) {
	l := lab.Start(t)
	connect(l, lab.Erin, lab.Frank)
	const requests = 4 * limit
	ids := fill(t, l, lab.Enforce, requests)
	offers := map[int]string{}
	for i := 0; i < requests; i += 5 { // a few of them by accepting
		must(t, l.Do.Join, lab.Gina, ids[i]) // Gina may hold only as many herself
		offers[i] = must(t, target(l.Do.Invite, toAgent("erin")), lab.Gina, ids[i]).Offer.ID
	}
	errs := make([]error, requests)
	ctx, at := patient(t), either(l)
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() {
			if offer := offers[i]; offer != "" {
				_, errs[i] = at(i).Accept(ctx, lab.Erin, offer, "")
			} else {
				_, errs[i] = at(i).Join(ctx, lab.Erin, id, "")
			}
		})
	}
	wg.Wait()
	in := 0
	for _, err := range errs {
		if err == nil {
			in++
		} else {
			refused(t, "Enforce", command.AtCapacity, err)
		}
	}
	if held := len(l.View.Joined("erin")); in != limit || held != limit {
		t.Errorf("%d got in, and erin holds %d of %d", in, held, limit)
	}
	if _, fenced := kept[string](l, keyspace.Capacity("erin")); !fenced {
		t.Error("without a fence")
	}
}
