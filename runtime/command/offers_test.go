package command_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// T29: B takes A's place, also that of the owner; the others stay.
func TestT29TransferToAnAgent(t *testing.T) {
	l := lab.Start(t)
	connect(l, lab.Erin, lab.Frank, lab.Gina)
	id := l.MessageOn(lab.Grab, "john", "m1").Request
	must(t, l.Do.Join, lab.Erin, id)
	must(t, l.Do.Join, lab.Gina, id)
	offered := done(t)(l.Do.Transfer(ctx, lab.Erin, id, "k1", toAgent("frank")))
	o := offered.Offer
	if offered.Outcome != request.Offered || o == nil || o.Kind != request.OfferTransfer || o.From != "erin" || o.Agent != "frank" || o.Request.ID != id {
		t.Fatalf("T29: %+v, %+v", offered, o)
	}
	if o.ExpiresAt == nil || o.ExpiresAt.Sub(o.At) != snapshot.DefaultTransferTimeout {
		t.Errorf("T30: it expires %v, made at %s", o.ExpiresAt, o.At)
	}
	if again := done(t)(l.Do.Transfer(ctx, lab.Erin, id, "k1", toAgent("frank"))); !again.Repeated || cmp.Diff(o.ID, again.Offer.ID) != "" {
		t.Errorf("G2: the retry offers %+v", again.Offer)
	}
	if diff := cmp.Diff([]string{"erin", "gina"}, members(open(l, id))); diff != "" {
		t.Errorf("T30: until it is accepted: %s", diff)
	}
	accepted := must(t, l.Do.Accept, lab.Frank, o.ID)
	d := open(l, id)
	if diff := cmp.Diff([]string{"gina", "frank"}, members(d)); diff != "" || accepted.Outcome != request.Joined || len(accepted.Messages) != 1 {
		t.Errorf("T29: %+v %s", accepted, diff)
	}
	if d.Owner() == nil || d.Owner().Agent != "frank" || len(d.Offers) > 0 {
		t.Errorf("INV6: frank has taken over: %+v", d)
	}
	_, err := l.Do.Accept(ctx, lab.Frank, o.ID, "another")
	if err != nil {
		t.Errorf("T13: a member accepts again: %v", err)
	}
	_, err = l.Do.Decline(ctx, lab.Frank, o.ID, "")
	refused(t, "T30: decline of what is over", command.OfferOver, err)
	if again, err := l.Do.Transfer(ctx, lab.Erin, id, "k1", toAgent("frank")); err != nil || again.Offer == nil || again.Offer.ID != o.ID {
		t.Errorf("G2: a retry after it was accepted: %v, %+v", err, again)
	}
}

// T30: an offer that cannot be made changes nothing.
func TestT30Refusals(t *testing.T) {
	l := lab.Start(t)
	connect(l, lab.Alice, lab.Dave)
	if err := l.Do.See(ctx, lab.Bob); err != nil { // known, and not connected
		t.Fatal(err)
	}
	id := l.Message("john", "m1").Request
	_, err := l.Do.Invite(ctx, lab.Carol, id, "", toAgent("alice"))
	refused(t, "T30: nobody is in it", command.NotActive, err)
	must(t, l.Do.Join, lab.Alice, id)
	before := open(l, id).Version
	for name, tc := range map[string]struct {
		do   act
		want command.Reason
	}{
		"B offline":               {target(l.Do.Transfer, toAgent("bob")), command.AgentOffline},
		"an agent who never came": {target(l.Do.Transfer, toAgent("nobody")), command.UnknownAgent},
		"an agent without a list": {target(l.Do.Invite, toAgent("dave")), command.UnknownAgent},
		"to oneself":              {target(l.Do.Transfer, toAgent("alice")), command.InvalidRequest},
	} {
		_, err := tc.do(ctx, lab.Alice, id, "")
		refused(t, "T30: "+name, tc.want, err)
	}
	_, err = l.Do.Invite(ctx, lab.Bob, id, "", toAgent("alice"))
	refused(t, "T31: by who has not joined", command.NotAMember, err)
	if d := open(l, id); d.Version != before {
		t.Errorf("N10: version %d", d.Version)
	}
	for _, offer := range []string{"nothing", "nothing-1", id, id + "-1", id + "-x", ""} {
		for name, do := range map[string]act{"accept": l.Do.Accept, "decline": l.Do.Decline, "withdraw": l.Do.Withdraw} {
			_, err := do(ctx, lab.Alice, offer, "")
			if reason(err) != command.UnknownOffer && !(name == "accept" && err == nil) { // a member need not be let in
				t.Errorf("%s of %q: %v", name, offer, err)
			}
		}
	}
}

// T30: what becomes of an offer that is not taken. The sender stays.
func TestT30WhatIsNotTaken(t *testing.T) {
	for name, tc := range map[string]struct {
		do func(l *lab.Lab, id, offer string) error
	}{
		"declined": {func(l *lab.Lab, _, offer string) error { _, err := l.Do.Decline(ctx, lab.Bob, offer, ""); return err }},
		"withdrawn": {func(l *lab.Lab, _, offer string) error {
			_, err := l.Do.Withdraw(ctx, lab.Alice, offer, "")
			return err
		}},
		"lapsed": {func(l *lab.Lab, id, offer string) error {
			clock := request.Clock{Kind: request.Lapse, Target: offer}
			l.Clock.Move(snapshot.DefaultTransferTimeout)
			if err := l.Do.Fire(ctx, id, clock); err != nil || len(open(l, id).Offers) != 1 {
				return fmt.Errorf("it lapsed when exactly its time was over: %w", err)
			}
			l.Clock.Move(time.Millisecond)
			return l.Do.Fire(ctx, id, clock)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			l := lab.Start(t)
			connect(l, lab.Alice, lab.Bob)
			id := l.Message("john", "m1").Request
			must(t, l.Do.Join, lab.Alice, id)
			offer := done(t)(l.Do.Transfer(ctx, lab.Alice, id, "", toAgent("bob"))).Offer.ID
			if err := tc.do(l, id, offer); err != nil {
				t.Fatal(err)
			}
			if d := open(l, id); len(d.Offers) > 0 || !d.Member("alice") || d.State != request.Active {
				t.Errorf("T30: %+v", d)
			}
			_, err := l.Do.Accept(ctx, lab.Bob, offer, "")
			refused(t, "T30: accept of what is over", command.OfferOver, err)
		})
	}
}

// T31: who is invited comes in, on a Grab list too and without access to the list,
// and may act while they are in it.
func TestT31Invite(t *testing.T) {
	l := lab.Start(t)
	connect(l, lab.Erin, lab.Alice, lab.Bob)
	id := l.MessageOn(lab.Grab, "john", "m1").Request
	must(t, l.Do.Join, lab.Erin, id)
	offer := done(t)(l.Do.Invite(ctx, lab.Erin, id, "", toAgent("alice"))).Offer
	_, err := l.Do.Accept(ctx, lab.Bob, offer.ID, "")
	refused(t, "T31: somebody else's", command.UnknownOffer, err)
	if c, err := l.Do.Conversation(ctx, lab.Alice, id); err != nil || len(c.Messages) != 1 {
		t.Errorf("T31: who is invited sees what it is about: %v, %+v", err, c)
	}
	must(t, l.Do.Accept, lab.Alice, offer.ID)
	d := open(l, id)
	if diff := cmp.Diff([]string{"erin", "alice"}, members(d)); diff != "" || !d.Members[1].Invited || d.Owner().Agent != "erin" {
		t.Errorf("T31: %+v %s", d.Members, diff)
	}
	must(t, saying(l.Do, "hello"), lab.Alice, id)
	if got := must(t, l.Do.Leave, lab.Alice, id); got.Outcome != request.Left {
		t.Errorf("T14: %+v", got)
	}
	if _, err := l.Do.Join(ctx, lab.Alice, id, ""); reason(err) != command.UnknownRequest {
		t.Errorf("an invitation is good for once: %v", err)
	}
}

// Two accepts of one invitation to a list: one comes in, the other is too late.
func TestT31TwoAcceptsOfOneInvitation(t *testing.T) {
	l := lab.Start(t)
	connect(l, lab.Erin)
	agents := team(8)
	ctx, at := patient(t), either(l)
	connect(l, agents...)
	id := l.MessageOn(lab.Grab, "john", "m1").Request
	must(t, l.Do.Join, lab.Erin, id)
	for round := range 5 {
		offer := done(t)(l.Do.Invite(ctx, lab.Erin, id, "", toList(lab.Reopen.List()))).Offer.ID
		errs := make([]error, len(agents))
		var wg sync.WaitGroup
		for i, agent := range agents {
			wg.Go(func() { _, errs[i] = at(i).Accept(ctx, agent, offer, "") })
		}
		wg.Wait()
		in := 0
		for i, err := range errs {
			if err == nil {
				in++
				must(t, l.Do.Leave, agents[i], id)
			} else {
				refused(t, "T31", command.OfferOver, err)
			}
		}
		if in != 1 {
			t.Fatalf("T31: in round %d %d came in", round, in)
		}
	}
}

// T31: an invitation to a list stands for the others when one declines; who is not
// subscribed to it is not meant.
func TestT31DeclineOfAnInvitationToAList(t *testing.T) {
	l := lab.Start(t)
	connect(l, lab.Alice, lab.Erin, lab.Frank, lab.Gina)
	id := l.Message("john", "m1").Request
	must(t, l.Do.Join, lab.Alice, id)
	offer := done(t)(l.Do.Invite(ctx, lab.Alice, id, "", toList(lab.Reopen.List()))).Offer.ID
	must(t, l.Do.Decline, lab.Erin, offer)
	_, err := l.Do.Accept(ctx, lab.Erin, offer, "")
	refused(t, "T31: who declined", command.UnknownOffer, err)
	_, err = l.Do.Accept(ctx, lab.Gina, offer, "")
	refused(t, "T31: who is not subscribed", command.UnknownOffer, err)
	must(t, l.Do.Accept, lab.Frank, offer)
	if diff := cmp.Diff([]string{"alice", "frank"}, members(open(l, id))); diff != "" {
		t.Error(diff)
	}
}

// Accept against close: in and then closed, or gone. The same agent's two accepts
// come to one place.
func TestAcceptAgainstClose(t *testing.T) {
	l := lab.Start(t)
	connect(l, lab.Alice, lab.Bob)
	at := either(l)
	for round := range 20 {
		id := l.Message(fmt.Sprint("c", round), "m1").Request
		must(t, l.Do.Join, lab.Alice, id)
		offer := done(t)(l.Do.Transfer(ctx, lab.Alice, id, "", toAgent("bob"))).Offer.ID
		var wg sync.WaitGroup
		for i := range 2 {
			wg.Go(func() {
				if _, err := at(i).Accept(ctx, lab.Bob, offer, "k"); err != nil && reason(err) != command.Gone {
					t.Error(err)
				}
			})
		}
		wg.Go(func() {
			if _, err := l.Do.Close(ctx, lab.Carol, id, ""); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		if d := closed(l, id); len(d.Members)+len(d.Offers) > 0 {
			t.Fatalf("INV4: %+v", d)
		}
	}
}

// At most 16 offers of a request stand at once; who is no member any more offers
// nothing.
func TestTooManyOffers(t *testing.T) {
	l := lab.Start(t)
	connect(l, lab.Alice, lab.Bob)
	id := l.Message("john", "m1").Request
	must(t, l.Do.Join, lab.Alice, id)
	must(t, l.Do.Join, lab.Carol, id)
	for range request.MaxOffers {
		must(t, target(l.Do.Invite, toAgent("bob")), lab.Alice, id)
	}
	_, err := l.Do.Invite(ctx, lab.Alice, id, "", toAgent("bob"))
	refused(t, "offers", command.TooManyOffers, err)
	must(t, l.Do.Leave, lab.Alice, id)
	if d := open(l, id); len(d.Offers) > 0 {
		t.Errorf("%d offers of who has left", len(d.Offers))
	}
}

// Section 4: an agent who has lost all access cannot come in by an old offer.
func TestAcceptWithoutAccess(t *testing.T) {
	l := lab.Start(t)
	connect(l, lab.Erin, lab.Alice)
	id := l.MessageOn(lab.Grab, "john", "m1").Request
	must(t, l.Do.Join, lab.Erin, id)
	offer := done(t)(l.Do.Invite(ctx, lab.Erin, id, "", toAgent("alice"))).Offer.ID
	config := lab.Config()
	config.Subscriptions = slices.DeleteFunc(config.Subscriptions, func(s snapshot.Subscription) bool { return s.Name == "reps" })
	l.Program(config)
	_, err := l.Do.Accept(ctx, lab.Alice, offer, "")
	refused(t, "section 4", command.UnknownOffer, err)
}

// Section 4: that there was an offer in somebody else's request is not told.
func TestS4AnOfferThatIsOverIsNotTold(t *testing.T) {
	l := lab.Start(t)
	connect(l, lab.Alice, lab.Erin, lab.Frank)
	id := l.MessageOn(lab.WrapUp, "john", "m1").Request
	must(t, l.Do.Join, lab.Erin, id)
	o := done(t)(l.Do.Invite(ctx, lab.Erin, id, "", toAgent("frank"))).Offer.ID
	over := func(rule string, want command.Reason, agent inbox.Agent) {
		t.Helper()
		for _, do := range []act{l.Do.Accept, l.Do.Decline, l.Do.Withdraw} {
			_, err := do(ctx, agent, o, "")
			refused(t, rule, want, err)
		}
	}
	over("while it stands", command.UnknownOffer, lab.Alice)
	must(t, l.Do.Withdraw, lab.Erin, o)
	over("S4: to a stranger", command.UnknownOffer, lab.Alice)
	over("to who had it", command.OfferOver, lab.Frank)
	must(t, l.Do.Close, lab.Erin, id)
	over("S4: after the close", command.UnknownOffer, lab.Alice)
}
