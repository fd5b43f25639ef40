package inbox_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// sight is what a request is to an agent.
type sight struct{ Row, Exists, MayJoin bool }

var (
	everything = sight{Row: true, Exists: true, MayJoin: true}
	nothing    = sight{}
	// beaten may try to join, and is told who has it (T09).
	beaten = sight{MayJoin: true}
)

func wantSight(t *testing.T, l *lab.Lab, when string, id string, want map[string]sight) {
	t.Helper()
	got := map[string]sight{}
	for _, agent := range []inbox.Agent{lab.Alice, lab.Bob, lab.Carol, lab.Dave} {
		box, d := inbox.Of(l.View, agent), document(t, l, id)
		got[agent.Name] = sight{Row: box.Listed(d), Exists: box.Visible(d), MayJoin: box.MayJoin(d)}
		_, subscribed := box.Subscribed(d.List)
		if row := slices.Contains(ids(page(t, l, agent, inbox.Query{})), id); row != (subscribed && box.Listed(d)) {
			t.Errorf("%s, it is a row of %s's page: %v", when, agent.Name, row)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", when, diff)
	}
}

// N12: after the grab the Representatives who lost do not see the request, Admins
// do; when the owner has left everybody does again.
func TestN12Grabbed(t *testing.T) {
	l := desk(t, grab)
	id := l.Message("john", "m1").Request
	all := map[string]sight{"alice": everything, "bob": everything, "carol": everything, "dave": nothing}
	won := map[string]sight{"alice": everything, "bob": beaten, "carol": everything, "dave": nothing}
	wantSight(t, l, "free", id, all)
	did(t)(l.Do.Join(ctx, lab.Carol, id, ""))
	wantSight(t, l, "an Admin is in it", id, all)
	did(t)(l.Do.Join(ctx, lab.Alice, id, ""))
	wantSight(t, l, "grabbed", id, won)
	did(t)(l.Do.Leave(ctx, lab.Alice, id, ""))
	wantSight(t, l, "her leave", id, all)
	did(t)(l.Do.Leave(ctx, lab.Carol, id, ""))
	wantSight(t, l, "inactive", id, all)
	did(t)(l.Do.Join(ctx, lab.Bob, id, ""))
	won["alice"], won["bob"] = beaten, everything
	wantSight(t, l, "grabbed by another", id, won)
}

// L5: who may see a request is the policy's of now. Members from before it stay, and
// what nobody owns everybody sees.
func TestL5PolicyOfNow(t *testing.T) {
	l := desk(t)
	shared, owned := l.Message("john", "m1").Request, l.Message("mary", "m2").Request
	did(t)(l.Do.Join(ctx, lab.Alice, shared, ""))
	program(l, grab)
	did(t)(l.Do.Join(ctx, lab.Alice, owned, ""))
	all := map[string]sight{"alice": everything, "bob": everything, "carol": everything, "dave": nothing}
	wantSight(t, l, "members from before Grab", shared, all)
	wantSight(t, l, "grabbed", owned, map[string]sight{"alice": everything, "bob": beaten, "carol": everything, "dave": nothing})
	program(l)
	wantSight(t, l, "Collaboration opens it", owned, all)
	if row := inbox.Of(l.View, lab.Bob).Row(document(t, l, owned), l.Clock.Now()); row.Grab {
		t.Error("the row says that it is for one alone")
	}
}

// T29, T31: who has an offer sees what it is of, in a Grab list and on lists of
// others too; and so do those who were in it until a moment ago (T17, G2).
func TestT29OffersShowTheRequest(t *testing.T) {
	l := desk(t, grab, func(s *snapshot.Snapshot) {
		s.Subscriptions = append(s.Subscriptions, snapshot.Subscription{
			Source: snapshot.Source{Name: "others"}, Agents: []string{"dave"}, Lists: []string{"l2"}, Role: snapshot.Representative, AutoSubscribe: true,
		})
	})
	must(t, l.Do.See(ctx, lab.Dave))
	write(t, l, keyspace.Presence("bob", "lab"), keyspace.PresenceRecord{Session: "s"})
	write(t, l, keyspace.Presence("dave", "lab"), keyspace.PresenceRecord{Session: "s"})
	id := l.Message("john", "m1").Request
	did(t)(l.Do.Join(ctx, lab.Alice, id, ""))
	sights := map[string]sight{"alice": everything, "bob": beaten, "carol": everything, "dave": nothing}
	wantSight(t, l, "grabbed", id, sights)
	offer := did(t)(l.Do.Invite(ctx, lab.Alice, id, "", protocol.Target{List: "l2"})).Offer
	sights["dave"] = sight{Exists: true}
	wantSight(t, l, "offered to his list", id, sights)
	did(t)(l.Do.Decline(ctx, lab.Dave, offer.ID, ""))
	sights["dave"] = nothing
	wantSight(t, l, "declined", id, sights)
	offer = did(t)(l.Do.Transfer(ctx, lab.Alice, id, "", protocol.Target{Agent: "bob"})).Offer
	sights["bob"] = sight{Exists: true, MayJoin: true}
	wantSight(t, l, "offered to him", id, sights)
	did(t)(l.Do.Accept(ctx, lab.Bob, offer.ID, ""))
	sights["alice"], sights["bob"] = sight{Exists: true, MayJoin: true}, everything
	wantSight(t, l, "accepted", id, sights)
	l.Message("john", "m2")
	sights["alice"] = beaten
	wantSight(t, l, "something later", id, sights)
}

// Section 4: an offer is nothing to who has no list any more.
func TestOffersNeedAList(t *testing.T) {
	l := desk(t)
	write(t, l, keyspace.Presence("bob", "lab"), keyspace.PresenceRecord{Session: "s"})
	id := l.Message("john", "m1").Request
	did(t)(l.Do.Join(ctx, lab.Carol, id, ""))
	did(t)(l.Do.Invite(ctx, lab.Carol, id, "", protocol.Target{Agent: "bob"}))
	program(l, without)
	box := inbox.Of(l.View, lab.Bob)
	if box.AccessAny() || box.Visible(document(t, l, id)) || len(box.Offers(l.Clock.Now())) > 0 {
		t.Error("bob sees the request")
	}
}

// Decision 4, L6: what counts is the domain that the channel's type belongs to now,
// on whatever list.
func TestHeldByDomain(t *testing.T) {
	l := desk(t)
	did(t)(l.Do.Join(ctx, lab.Alice, l.Message("john", "m1").Request, ""))
	web, err := l.Do.Receive(ctx, "web", protocol.PostMessage{ID: "m2", Customer: protocol.Customer{ID: "mary"}, Text: "hello"})
	must(t, err)
	did(t)(l.Do.Join(ctx, lab.Alice, web.Request, ""))
	held := func(channelType string) int {
		return inbox.Of(l.View, lab.Alice).Held(l.View.Config().Domain(channelType))
	}
	if held("FACEBOOK") != 2 || held("WEB") != 2 || held("SMS") != 0 {
		t.Errorf("one domain: %d, %d; none: %d", held("FACEBOOK"), held("WEB"), held("SMS"))
	}
	program(l, without, func(s *snapshot.Snapshot) {
		s.MediaRoutingDomains = append(s.MediaRoutingDomains, snapshot.MediaRoutingDomain{
			Source: snapshot.Source{Name: "chat"}, DisplayName: "Chat", MaxRequests: 5, ChannelTypes: []string{"WEB"},
		})
		s.MediaRoutingDomains[0].ChannelTypes = []string{"FACEBOOK"}
	})
	if held("FACEBOOK") != 1 || held("WEB") != 1 {
		t.Errorf("two domains: %d, %d", held("FACEBOOK"), held("WEB"))
	}
}

// The agent's own wrap-up is part of a row, and nobody else's.
func TestT33OwnWrapUp(t *testing.T) {
	l := desk(t, func(s *snapshot.Snapshot) {
		s.Lists[0].WrapUp = &snapshot.WrapUp{Reasons: []snapshot.WrapUpReason{{Name: "done"}}, DefaultReason: "done", Timeout: snapshot.Duration(60e9)}
	})
	id := l.Message("john", "m1").Request
	did(t)(l.Do.Join(ctx, lab.Alice, id, ""))
	did(t)(l.Do.Leave(ctx, lab.Alice, id, ""))
	d := document(t, l, id)
	want := &request.Wrapped{Agent: "alice", Since: l.Clock.Now()}
	if diff := cmp.Diff(want, inbox.Of(l.View, lab.Alice).Row(d, l.Clock.Now()).WrapUp); diff != "" {
		t.Errorf("hers (-want +got):\n%s", diff)
	}
	if got := inbox.Of(l.View, lab.Bob).Row(d, l.Clock.Now()).WrapUp; got != nil {
		t.Errorf("bob is shown %+v", got)
	}
}

// C2: a desk computes attention from what the list says, and says what a page says.
func TestC2ListsSayTheirThresholds(t *testing.T) {
	l := desk(t, func(s *snapshot.Snapshot) {
		s.Lists[0].SoonAfter, s.Lists[0].OverdueAfter = snapshot.Duration(1500*time.Millisecond), snapshot.Duration(time.Minute)
	})
	got := inbox.Of(l.View, lab.Carol).Lists()[0].Attention
	if diff := cmp.Diff(protocol.Thresholds{SoonAfterSeconds: 1.5, OverdueAfterSeconds: 60}, got); diff != "" {
		t.Error(diff)
	}
}

// A list says how it is joined, also where its snapshot leaves that out.
func TestListsSayTheirPolicies(t *testing.T) {
	wrapUp := &snapshot.WrapUp{Reasons: []snapshot.WrapUpReason{{Name: "done"}}, DefaultReason: "done", Timeout: snapshot.Duration(60e9)}
	l := desk(t, grab, func(s *snapshot.Snapshot) { s.Lists[1].WrapUp = wrapUp })
	lists := inbox.Of(l.View, lab.Carol).Lists()
	if lists[0].JoinPolicy != snapshot.JoinGrab || lists[1].JoinPolicy != snapshot.JoinCollaboration {
		t.Errorf("%s and %s", lists[0].JoinPolicy, lists[1].JoinPolicy)
	}
	if diff := cmp.Diff([]*snapshot.WrapUp{nil, wrapUp}, []*snapshot.WrapUp{lists[0].WrapUp, lists[1].WrapUp}); diff != "" {
		t.Error(diff)
	}
}
