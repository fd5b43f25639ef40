package inbox_test

import (
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

// T30, T31: an offer stands for whom it is addressed to and for who made it, until it
// is over.
func TestT31WhoseOffers(t *testing.T) {
	l := desk(t)
	write(t, l, keyspace.Presence("bob", "lab"), keyspace.PresenceRecord{Session: "s"})
	id := l.Message("john", "m1").Request
	did(t)(l.Do.Join(ctx, lab.Alice, id, ""))
	toBob := did(t)(l.Do.Transfer(ctx, lab.Alice, id, "", protocol.Target{Agent: "bob"})).Offer.ID
	l.Clock.Move(time.Second)
	toList := did(t)(l.Do.Invite(ctx, lab.Alice, id, "", protocol.Target{List: "l2"})).Offer.ID
	want := func(when string, agent inbox.Agent, want ...string) []*protocol.Offer {
		t.Helper()
		offers := inbox.Of(l.View, agent).Offers(l.Clock.Now())
		got := []string{}
		for _, o := range offers {
			got = append(got, o.ID)
		}
		if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
			t.Errorf("%s, the offers of %s (-want +got):\n%s", when, agent.Name, diff)
		}
		return offers
	}
	want("made", lab.Alice, toBob, toList)
	shown := want("made", lab.Bob, toBob)
	want("not subscribed", lab.Carol)
	must(t, l.Do.Subscribe(ctx, lab.Carol, "l2"))
	want("subscribed", lab.Carol, toList)
	want("nobody's", lab.Dave)

	expires := shown[0].At.Add(snapshot.DefaultTransferTimeout)
	if diff := cmp.Diff(&protocol.Offer{
		ID: toBob, Kind: request.OfferTransfer, From: "alice", Agent: "bob", At: shown[0].At, ExpiresAt: &expires,
		Request: inbox.Of(l.View, lab.Bob).Row(document(t, l, id), l.Clock.Now()),
	}, shown[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	did(t)(l.Do.Decline(ctx, lab.Carol, toList, ""))
	want("declined", lab.Carol)
	want("declined by one of the list", lab.Alice, toBob, toList)
	l.Clock.Move(snapshot.DefaultTransferTimeout - time.Second)
	want("the last moment", lab.Bob, toBob)
	l.Clock.Move(time.Millisecond)
	want("over", lab.Bob)
	want("the later one is not", lab.Alice, toList)
}

// To whom something can be transferred: lists that stay, and others who are there
// and belong here.
func TestTargets(t *testing.T) {
	l := desk(t, func(s *snapshot.Snapshot) {
		draining := s.Lists[1]
		draining.Name, draining.Draining = "l3", true
		s.Lists = append(s.Lists, draining)
	})
	must(t, l.Do.See(ctx, lab.Dave))
	for _, agent := range []string{"alice", "carol", "dave", "stranger"} {
		write(t, l, keyspace.Presence(agent, "lab"), keyspace.PresenceRecord{Session: "s"})
	}
	want := protocol.TransferTargets{Agents: []protocol.TargetAgent{{Name: "carol"}}}
	for _, list := range l.View.Config().Lists {
		if list.Name != "l3" {
			want.Lists = append(want.Lists, protocol.TargetList{Name: list.Name, DisplayName: list.DisplayName})
		}
	}
	if diff := cmp.Diff(want, inbox.Of(l.View, lab.Alice).Targets()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
