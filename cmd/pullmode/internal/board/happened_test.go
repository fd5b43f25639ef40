package board_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pullmode/operator/cmd/pullmode/internal/board"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// What happens is told in one readable line, also by an event that names its request
// and says nothing else of it.
func TestEvents(t *testing.T) {
	row := func(members ...string) *protocol.Request {
		r := &protocol.Request{ID: "A", List: "l1", State: request.Active, Channel: "chat", ChannelType: "WEB", Customer: protocol.Customer{Name: "John"}}
		for _, m := range members {
			r.Members = append(r.Members, request.Member{Agent: m})
		}
		return r
	}
	agent := func(name string) request.Actor { return request.Actor{Kind: request.AgentActor, Name: name} }
	system := request.Actor{Kind: request.SystemActor, Name: "keeper"}
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.Local)
	offer := &protocol.Offer{ID: "A-1", Kind: request.OfferTransfer, From: "bob", Agent: "alice", Request: row("bob")}
	toList := &protocol.Offer{ID: "A-2", Kind: request.OfferInvite, From: "alice", List: "l2", Request: row("alice")}
	changed := func(cause request.Kind, actor request.Actor, released []string, members ...string) protocol.Event {
		return protocol.Event{Type: protocol.EventStateChanged, Cause: cause, Actor: actor, Released: released, Request: row(members...)}
	}
	tests := map[string]struct {
		event protocol.Event
		want  string
	}{
		"raised again":       {protocol.Event{Type: protocol.EventReceived, Cause: request.Receive, AlertGeneration: 2, Request: row()}, "the customer still waits  A"},
		"moved here":         {protocol.Event{Type: protocol.EventReceived, Cause: request.Transfer, Actor: agent("bob"), Request: row()}, "bob transferred it here  A"},
		"away":               {changed(request.Disconnect, system, []string{"bob"}), "bob was away for too long; nobody is there now"},
		"no answer":          {changed(request.ResponseTimeout, system, []string{"bob", "eve"}), "bob, eve did not answer in time; nobody is there now"},
		"removed":            {changed(request.Remove, agent("lea"), []string{"bob"}, "eve"), "lea removed bob; also there: eve"},
		"gone home":          {changed(request.Logout, agent("bob"), []string{"bob"}), "bob has gone home; nobody is there now"},
		"no access":          {changed(request.Revoke, system, []string{"bob"}, "eve"), "bob may not use the list any more; also there: eve"},
		"customer is silent": {changed(request.CustomerTimeout, system, nil), "closed, because the customer has not answered"},
		"list is deleted":    {changed(request.ForceClose, system, []string{"bob"}), "closed, because its list is deleted"},
		"by the platform":    {changed(request.ForceClose, request.Actor{Kind: request.OperatorActor, Name: "dana"}, []string{"bob"}), "dana, who runs the platform, closed it"},
		"taken over":         {changed(request.Accept, agent("alice"), []string{"bob"}, "alice", "eve"), "alice took it over from bob; also there: eve"},
		"came in":            {changed(request.Accept, agent("alice"), nil, "alice", "bob"), "alice came in; also there: bob"},
		"of a later version": {changed("paint", agent("alice"), nil, "alice"), "alice: paint"},
		"grabbed":            {protocol.Event{Type: protocol.EventRemoved, GrabbedBy: "eve", GrabbedAt: &at}, "grabbed by eve at 09:00:00"},
		"offer to me":        {protocol.Event{Type: protocol.EventOffer, Offer: offer, Status: request.OfferMade}, "bob offers you their place (accept 1, decline 1)  A-1"},
		"offer of mine":      {protocol.Event{Type: protocol.EventOffer, Offer: toList, Status: request.OfferMade}, "you offer list l2 a place beside yours (withdraw 1)  A-2"},
		"one of a list":      {protocol.Event{Type: protocol.EventOffer, Offer: toList, Status: request.OfferMade, By: "eve"}, "eve declined; the offer to list l2 stands"},
		"offer expired":      {protocol.Event{Type: protocol.EventOffer, Offer: toList, Status: request.OfferExpired}, "nobody took the offer to list l2 in time; nothing has changed"},
		"customer is there":  {protocol.Event{Type: protocol.EventPresence, Presence: &protocol.Presence{Online: true, Location: "Checkout"}}, "the customer is there: Checkout"},
		"customer has left":  {protocol.Event{Type: protocol.EventPresence, Presence: &protocol.Presence{}}, "the customer is not there"},
		"an answer": {protocol.Event{Type: protocol.EventMessage, Message: &request.Message{From: agent("bob"), Text: "Yes.", Attachments: []request.Attachment{{URL: "https://x"}}}},
			"bob answers: Yes. [https://x]"},
		"not delivered": {protocol.Event{Type: protocol.EventMessage, Message: &request.Message{From: agent("bob"), Text: "Yes.", Delivery: request.DeliveryFailedFinally, Failure: "gone"}},
			"what bob wrote did not arrive (gone): Yes."},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			b := board.New("alice")
			tc.event.RequestID, tc.event.List = "A", "l1"
			if got := b.Event(&tc.event); !strings.HasSuffix(got, "  "+tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
