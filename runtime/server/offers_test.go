package server_test

import (
	"encoding/json"
	"testing"

	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// T28: a request moves to another list as a new one, with its messages.
func TestTransferToAList(t *testing.T) {
	s := site.Start(t)
	erin, frank, gina := team(t, s)
	id := waiting(t, s, lab.Grab, "john", erin, frank, gina)
	to := `{"list":"` + lab.Reopen.List() + `"}`
	frank.refused("POST", of(id, "transfer"), to, 403, protocol.ProblemForbidden)
	erin.act("POST", of(id, "join"), "")
	for name, tc := range map[string]struct {
		body   string
		status int
		want   protocol.ProblemType
	}{
		"to nobody":            {`{}`, 422, protocol.ProblemInvalid},
		"to two":               {`{"list":"l1","agent":"frank"}`, 422, protocol.ProblemInvalid},
		"to where it is":       {`{"list":"` + lab.Grab.List() + `"}`, 422, protocol.ProblemInvalid},
		"to what there is not": {`{"list":"nowhere"}`, 404, protocol.ProblemUnknownList},
	} {
		t.Run(name, func(t *testing.T) { at(t, s, "erin").refused("POST", of(id, "transfer"), tc.body, tc.status, tc.want) })
	}
	r := erin.twice("POST", of(id, "transfer"), to)
	if r.Outcome != request.Transferred || r.Request.State != request.Closed || r.Request.CloseReason != request.ClosedByTransfer || r.Request.TransferredTo == "" {
		t.Errorf("%+v", r.Request)
	}
	var c protocol.Conversation
	frank.get(of(r.Request.TransferredTo), &c)
	if c.Request.State != request.Unread || c.Request.TransferredFrom != id || len(c.Messages) != 1 {
		t.Errorf("%+v", c)
	}
	erin.refused("POST", of(id, "transfer"), to, 410, protocol.ProblemGone)
}

func offersOf(d *desk) []*protocol.Offer {
	d.t.Helper()
	var all protocol.Offers
	d.get("/offers", &all)
	return all.Offers
}

// T29, T30: an agent's place goes to another one when they accept it, and not
// before.
func TestTransferToAnAgent(t *testing.T) {
	s := site.Start(t)
	erin, frank, gina := team(t, s)
	id := waiting(t, s, lab.Grab, "john", erin, frank, gina)
	transfer, to := of(id, "transfer"), `{"agent":"frank"}`
	gina.refused("POST", of(id, "invite"), to, 409, protocol.ProblemNotActive)
	erin.act("POST", of(id, "join"), "")
	erin.refused("POST", transfer, to, 409, protocol.ProblemAgentOffline)
	erin.refused("POST", transfer, `{"agent":"nobody"}`, 404, protocol.ProblemUnknownAgent)
	feed := frank.online()
	gina.refused("POST", transfer, to, 409, protocol.ProblemNotAMember)

	offer := func() *protocol.Offer {
		t.Helper()
		made := erin.act("POST", transfer, to)
		var e protocol.Event
		if err := json.Unmarshal([]byte(feed.wait(protocol.EventOffer).Data), &e); err != nil || e.Status != request.OfferMade || e.Offer.ID != made.Offer.ID || e.Offer.Request.ID != id {
			t.Errorf("frank is told %+v: %v", e, err)
		}
		for _, d := range []*desk{erin, frank} {
			if all := offersOf(d); len(all) != 1 || all[0].ID != made.Offer.ID || all[0].ExpiresAt == nil || all[0].From != "erin" {
				t.Errorf("%s sees %+v", d.name, all)
			}
		}
		if made.Outcome != request.Offered || made.Request.Members[0].Agent != "erin" {
			t.Errorf("%+v", made)
		}
		return made.Offer
	}
	end := func(d *desk, method, path string) protocol.Result {
		t.Helper()
		r := d.twice(method, path, "")
		feed.wait(protocol.EventOffer)
		if all := offersOf(erin); len(all) != 0 {
			t.Errorf("there still are %+v", all)
		}
		return r
	}
	if r := end(frank, "POST", "/offers/"+offer().ID+"/decline"); r.Outcome != request.Declined {
		t.Errorf("%+v", r)
	}
	o := offer()
	frank.refused("DELETE", "/offers/"+o.ID, "", 404, protocol.ProblemUnknownOffer)
	gina.refused("POST", "/offers/"+o.ID+"/accept", "", 404, protocol.ProblemUnknownOffer)
	if r := end(erin, "DELETE", "/offers/"+o.ID); r.Outcome != request.Withdrawn {
		t.Errorf("%+v", r)
	}
	r := end(frank, "POST", "/offers/"+offer().ID+"/accept")
	if r.Outcome != request.Joined || len(r.Request.Members) != 1 || r.Request.Members[0].Agent != "frank" || !r.Request.Members[0].Owner || len(r.Messages) != 1 {
		t.Errorf("%+v", r)
	}
	for _, gone := range []string{o.ID, id + "-1"} {
		frank.refused("POST", "/offers/"+gone+"/decline", "", 410, protocol.ProblemOfferOver)
	}
	for _, never := range []string{id + "-99", "01NOSUCH-1", "nonsense"} {
		frank.refused("POST", "/offers/"+never+"/decline", "", 404, protocol.ProblemUnknownOffer)
	}
}

// T31: the first of a list to accept an invitation has it.
func TestInviteAList(t *testing.T) {
	s := site.Start(t)
	erin, frank, gina := team(t, s)
	id := waiting(t, s, lab.Grab, "john", erin, frank, gina)
	erin.act("POST", of(id, "join"), "")
	frank.refused("POST", of(id, "invite"), `{"list":"l1"}`, 404, protocol.ProblemUnknownRequest)
	made := erin.twice("POST", of(id, "invite"), `{"list":"`+lab.Reopen.List()+`"}`)
	if made.Offer == nil || made.Offer.Kind != request.OfferInvite || made.Offer.List != lab.Reopen.List() {
		t.Fatalf("%+v", made)
	}
	at(t, s, "alice").refused("POST", "/offers/"+made.Offer.ID+"/accept", "", 404, protocol.ProblemUnknownOffer)
	r := frank.act("POST", "/offers/"+made.Offer.ID+"/accept", "")
	if len(r.Request.Members) != 2 || !r.Request.Members[1].Invited {
		t.Errorf("%+v", r.Request.Members)
	}
	for range request.MaxOffers {
		erin.act("POST", of(id, "invite"), `{"list":"l1"}`)
	}
	erin.refused("POST", of(id, "invite"), `{"list":"l1"}`, 409, protocol.ProblemTooManyOffers)
}
