package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

var ctx = context.Background()

func ids(p protocol.Page) []string {
	var ids []string
	for _, r := range p.Requests {
		ids = append(ids, r.ID)
	}
	return ids
}

func page(t *testing.T, l *lab.Lab, a inbox.Agent, q inbox.Query) protocol.Page {
	t.Helper()
	if q.Now.IsZero() {
		q.Now = l.Clock.Now()
	}
	p, err := inbox.Of(l.View, a).Page(q)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// two lists with requests that alternate, both alice's.
func twoLists(t *testing.T) (l *lab.Lab, all []string) {
	t.Helper()
	l = lab.Start(t)
	config := lab.Config()
	config.Subscriptions[0].Lists = []string{"l1", "l2"}
	config.Channels[3].List = "l2" // web
	l.Program(config)
	if err := l.Do.See(ctx, lab.Alice); err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		channel := []string{"facebook", "web"}[i%2]
		r, err := l.Do.Receive(ctx, channel, protocol.PostMessage{ID: fmt.Sprint(i), Customer: protocol.Customer{ID: fmt.Sprint(i)}, Text: "hello"})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r.Request)
		l.Clock.Move(time.Minute)
	}
	return l, all
}

func TestPagesAreInOrderOfArrivalOverLists(t *testing.T) {
	l, all := twoLists(t)
	for limit := 1; limit <= len(all)+1; limit++ {
		var got []string
		for next := ""; ; {
			p := page(t, l, lab.Alice, inbox.Query{Limit: limit, Continue: next})
			got = append(got, ids(p)...)
			if next = p.Continue; next == "" {
				break
			}
			if len(p.Requests) != limit {
				t.Fatalf("limit %d: a page of %d goes on", limit, len(p.Requests))
			}
		}
		if diff := cmp.Diff(all, got); diff != "" {
			t.Fatalf("limit %d (-want +got):\n%s", limit, diff)
		}
	}
}

func TestFilters(t *testing.T) {
	l, all := twoLists(t)
	for _, id := range all[:3] {
		if _, err := l.Do.Join(ctx, lab.Alice, id, ""); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.Do.Leave(ctx, lab.Alice, all[2], ""); err != nil {
		t.Fatal(err)
	}
	yes, no := true, false
	for name, tc := range map[string]struct {
		query inbox.Query
		want  []string
	}{
		"one list":             {inbox.Query{Lists: []string{"l2"}}, []string{all[1], all[3], all[5], all[7], all[9]}},
		"a list named twice":   {inbox.Query{Lists: []string{"l2", "l2"}, Limit: 2}, []string{all[1], all[3]}},
		"active":               {inbox.Query{States: []request.State{request.Active}}, all[:2]},
		"active or inactive":   {inbox.Query{States: []request.State{request.Active, request.Inactive}}, all[:3]},
		"joined":               {inbox.Query{Joined: &yes}, all[:2]},
		"joined, one page":     {inbox.Query{Joined: &yes, Limit: 1}, all[:1]},
		"joined, the next":     {inbox.Query{Joined: &yes, Limit: 1, Continue: all[0]}, all[1:2]},
		"joined on one list":   {inbox.Query{Joined: &yes, Lists: []string{"l2"}}, all[1:2]},
		"not joined":           {inbox.Query{Joined: &no}, all[2:]},
		"overdue (over 5 min)": {inbox.Query{Bucket: request.Overdue}, all[:5]},
		"soon (over 3 min)":    {inbox.Query{Bucket: request.Soon}, all[5:7]},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, ids(page(t, l, lab.Alice, tc.query))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// C2: what needs attention is found by who looks after it, too, and by whether its
// customer is there.
func TestC2FiltersOfAttention(t *testing.T) {
	l, all := twoLists(t)
	for i, online := range []bool{true, false} {
		must(t, l.Do.PutPresence(ctx, []string{"facebook", "web"}[i], fmt.Sprint(i), protocol.PutPresence{Online: online}))
	}
	for _, id := range all[:2] {
		did(t)(l.Do.Join(ctx, lab.Alice, id, ""))
	}
	yes, no := true, false
	for name, tc := range map[string]struct {
		query inbox.Query
		want  []string
	}{
		"one channel":            {inbox.Query{Channels: []string{"web"}}, []string{all[1], all[3], all[5], all[7], all[9]}},
		"two channels":           {inbox.Query{Channels: []string{"web", "facebook"}}, all},
		"another channel":        {inbox.Query{Channels: []string{"pushed"}}, nil},
		"online":                 {inbox.Query{Online: &yes}, all[:1]},
		"offline or unknown":     {inbox.Query{Online: &no}, all[1:]},
		"online, joined":         {inbox.Query{Online: &yes, Joined: &yes}, all[:1]},
		"offline, joined":        {inbox.Query{Online: &no, Joined: &yes}, all[1:2]},
		"Pending":                {inbox.Query{Coverage: request.Pending}, all[:2]},
		"RepNeeded":              {inbox.Query{Coverage: request.RepNeeded}, all[2:]},
		"None":                   {inbox.Query{Coverage: request.Covered}, nil},
		"RepNeeded and soon":     {inbox.Query{Coverage: request.RepNeeded, Bucket: request.Soon}, all[5:7]},
		"RepNeeded, two at once": {inbox.Query{Coverage: request.RepNeeded, Limit: 2}, all[2:4]},
		"and the next":           {inbox.Query{Coverage: request.RepNeeded, Limit: 2, Continue: all[3]}, all[4:6]},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, ids(page(t, l, lab.Alice, tc.query))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	got := page(t, l, lab.Alice, inbox.Query{Limit: 3}).Requests
	want := []*protocol.Presence{{Online: true, At: l.Clock.Now()}, {At: l.Clock.Now()}, nil}
	if diff := cmp.Diff(want, []*protocol.Presence{got[0].Presence, got[1].Presence, got[2].Presence}); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestForeignListsDoNotExist(t *testing.T) {
	l := lab.Start(t)
	for name, list := range map[string]string{"foreign": "l2", "unknown": "l9"} {
		if _, err := inbox.Of(l.View, lab.Alice).Page(inbox.Query{Lists: []string{list}}); !errors.Is(err, inbox.ErrUnknownList) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p := page(t, l, lab.Dave, inbox.Query{}); len(p.Requests) != 0 {
		t.Errorf("dave sees %v", ids(p))
	}
}

// N3: a request stays with its member when the list is no longer theirs.
func TestJoinedRequestsOfListsThatAreGone(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	if _, err := l.Do.Join(ctx, lab.Alice, id, ""); err != nil {
		t.Fatal(err)
	}
	config := lab.Config()
	config.Subscriptions = config.Subscriptions[1:]
	l.Program(config)
	yes := true
	if got := ids(page(t, l, lab.Alice, inbox.Query{Joined: &yes})); !slices.Equal(got, []string{id}) {
		t.Errorf("joined %v", got)
	}
	if got := ids(page(t, l, lab.Alice, inbox.Query{})); len(got) != 0 {
		t.Errorf("her lists show %v", got)
	}
}

func TestMe(t *testing.T) {
	l := lab.Start(t)
	config := lab.Config()
	config.Subscriptions[0].Capacity = []snapshot.Capacity{{MediaRoutingDomain: "social", MaxRequests: 3}}
	l.Program(config)
	if err := l.Do.See(ctx, lab.Alice); err != nil {
		t.Fatal(err)
	}
	id := l.Message("john", "m1").Request
	l.Message("mary", "m2")
	if _, err := l.Do.Join(ctx, lab.Alice, id, ""); err != nil {
		t.Fatal(err)
	}
	want := protocol.Me{
		Agent: "alice", Groups: []string{},
		Lists: []protocol.List{{
			Name: "l1", DisplayName: "List l1", Role: snapshot.Representative, ClosePolicy: snapshot.CloseMembers, JoinPolicy: snapshot.JoinCollaboration,
			Attention:  protocol.Thresholds{SoonAfterSeconds: 180, OverdueAfterSeconds: 300},
			Subscribed: true, Counts: &protocol.Counts{Unread: 1, Active: 1},
		}},
		Load: []protocol.Load{{MediaRoutingDomain: "social", DisplayName: "Social media", Joined: 1, MaxRequests: 3}},
	}
	if diff := cmp.Diff(want, inbox.Of(l.View, lab.Alice).Me()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The agent's own later choice wins over autoSubscribe, also after a new sight.
func TestOwnChoiceWins(t *testing.T) {
	l := lab.Start(t)
	for _, do := range []func() error{
		func() error { return l.Do.See(ctx, lab.Alice) },
		func() error { return l.Do.Unsubscribe(ctx, lab.Alice, "l1") },
		func() error { return l.Do.See(ctx, lab.Alice) },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	box := inbox.Of(l.View, lab.Alice)
	if _, ok := box.Subscribed("l1"); ok {
		t.Error("alice is subscribed again")
	}
	if missing := box.Missing(); len(missing) > 0 {
		t.Errorf("she is still to be subscribed to %v", missing)
	}
}

// R1: what is not on a page because the agent was not subscribed yet comes in the
// feed from the page's cursor.
func TestPageIsNoNewerThanItsAgent(t *testing.T) {
	l := lab.Start(t)
	l.Message("john", "m1")
	box := inbox.Of(l.View, lab.Carol)
	if err := l.Do.Subscribe(ctx, lab.Carol, "l1"); err != nil {
		t.Fatal(err)
	}
	p, err := box.Page(inbox.Query{Now: l.Clock.Now()})
	if err != nil || len(p.Requests) != 0 {
		t.Fatalf("%v, %v", ids(p), err)
	}
	since, _ := inbox.Of(l.View, lab.Carol).Subscribed("l1")
	if at, err := protocol.ParseCursor(p.Cursor); err != nil || at.Revision >= since {
		t.Errorf("the page's cursor is %s, she subscribed at %d", p.Cursor, since)
	}
}
