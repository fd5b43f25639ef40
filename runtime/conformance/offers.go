package conformance

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// HearsOffer waits until the desk is told what became of an offer.
func (d *Desk) HearsOffer(id string, status request.OfferStatus) *Event {
	return d.Await("the offer "+id+" "+string(status), 0, func(e *Event) bool {
		return e.Type == protocol.EventOffer && e.Offer != nil && e.Offer.ID == id && e.Status == status
	})
}

// offerCases are transfers, invitations, messages out and wrap-ups: T28 to T33.
var offerCases = []Case{
	{Rule: "T28", Name: "transfer-to-list", Run: func(t *T) {
		d, also, there, c := t.Rep(collab), t.Rep(collab), t.Rep(other), t.Customer(collab)
		old := c.Open()
		waiting := d.Join(old).Request.WaitingSince
		also.Join(old)
		a := d.Does(old, "transfer", protocol.Target{List: other}, "transferred")
		next := a.Request.TransferredTo
		t.Check(a.Request.State == request.Closed && a.Request.CloseReason == request.ClosedByTransfer && next != "" && next != old, "the answer shows %s, reason %s, transferred to %q", show(a.Request), a.Request.CloseReason, next)
		also.Told(old, "received", "ACTIVE", "members", "CLOSED")
		e := there.Hears(next, protocol.EventReceived)
		t.Check(e.List == other && e.Request.State == request.Unread && len(e.Request.Members) == 0 && e.Request.TransferredFrom == old && e.Alert,
			"the other list was told %s, from %q, alert %t", show(e.Request), e.Request.TransferredFrom, e.Alert)
		t.Check(e.Request.Customer.ID == c.ID && e.Request.Customer.Name == c.Name && waiting != nil && e.Request.WaitingSince != nil && e.Request.WaitingSince.Equal(*waiting),
			"the other list was told of %+v, who waits since %v, and did since %v", e.Request.Customer, e.Request.WaitingSince, waiting)
		c.Again(next)
		joined := there.Join(next)
		t.Check(len(joined.Messages) == 2 && joined.Messages[0].Text == "Is anybody there?", "who joined there was shown %d messages", len(joined.Messages))
		there.Told(next, "received", "ACTIVE")
		d.Refused(old, "join", nil, protocol.ProblemGone)
	}},
	{Rule: "T28", Name: "transfer-unread-by-admin", Run: func(t *T) {
		admin, rep, there, c := t.Admin(collab), t.Rep(collab), t.Rep(other), t.Customer(collab)
		old := c.Open()
		a := admin.Does(old, "transfer", protocol.Target{List: other}, "transferred")
		there.Hears(a.Request.TransferredTo, protocol.EventReceived)
		rep.Told(old, "received", "CLOSED")
		second := t.Customer(collab).Open()
		rep.Hears(second, protocol.EventReceived)
		_, problem := rep.Command(second, "transfer", t.Name("key"), protocol.Target{List: other})
		t.Check(problem != nil && problem.Status < http.StatusInternalServerError, "a Representative who is no member transferred it: %s", said(problem))
	}},
	{Rule: "T29", Name: "transfer-to-agent", Run: func(t *T) {
		a, b, stays, c := t.Rep(collab), t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		a.Join(id)
		stays.Join(id)
		o := a.Offer(id, "transfer", "agent", b.Name)
		b.HearsOffer(o.ID, request.OfferMade)
		got := b.Answer(o, "accept")
		t.Check(len(got.Messages) == 1, "who accepted was shown %d messages", len(got.Messages))
		a.HearsOffer(o.ID, request.OfferAccepted)
		for _, d := range []*Desk{a, b, stays} {
			r := d.Row(id)
			t.Check(r.State == request.Active && len(r.Members) == 2 && member(r, b.Name) != nil && member(r, stays.Name) != nil, "%s sees %s", d.Name, show(r))
		}
		a.Refused(id, "leave", nil, protocol.ProblemNotAMember)
	}},
	{Rule: "T29", Name: "transfer-of-ownership", Run: func(t *T) {
		a, b, c := t.Rep(grab), t.Rep(grab), t.Customer(grab)
		id := c.Open()
		a.Join(id)
		o := a.Offer(id, "transfer", "agent", b.Name)
		b.HearsOffer(o.ID, request.OfferMade)
		r := b.Answer(o, "accept").Request
		t.Check(len(r.Members) == 1 && member(r, b.Name) != nil && member(r, b.Name).Owner, "after the transfer it is %s", show(r))
	}},
	{Rule: "T30", Name: "declined", Run: func(t *T) {
		a, b, watch, c := t.Rep(collab), t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		a.Join(id)
		o := a.Offer(id, "transfer", "agent", b.Name)
		b.HearsOffer(o.ID, request.OfferMade)
		b.Answer(o, "decline")
		e := a.HearsOffer(o.ID, request.OfferDeclined)
		t.Check(e.By == b.Name, "it was declined by %q", e.By)
		t.Check(member(a.Row(id), a.Name) != nil && a.Row(id).State == request.Active, "the sender is left with %s", show(a.Row(id)))
		watch.Told(id, "received", "ACTIVE")
	}},
	{Rule: "T30", Name: "closed", Run: func(t *T) {
		a, b, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		a.Join(id)
		o := a.Offer(id, "transfer", "agent", b.Name)
		b.HearsOffer(o.ID, request.OfferMade)
		c.End()
		b.HearsOffer(o.ID, request.OfferWithdrawn)
		problem := b.Try(http.MethodPost, "/v1/offers/"+o.ID+"/accept", struct{}{}, nil)
		t.Check(problem != nil && problem.Status < http.StatusInternalServerError, "to accept a place in what is closed was answered %s", said(problem))
		t.Check(a.Row(id).State == request.Closed && len(a.Row(id).Members) == 0, "it is %s", show(a.Row(id)))
	}},
	{Rule: "T30", Name: "sender-leaves", Run: func(t *T) {
		a, b, stays, c := t.Rep(collab), t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		a.Join(id)
		stays.Join(id)
		o := a.Offer(id, "transfer", "agent", b.Name)
		b.HearsOffer(o.ID, request.OfferMade)
		a.Leave(id)
		b.HearsOffer(o.ID, request.OfferWithdrawn)
		problem := b.Try(http.MethodPost, "/v1/offers/"+o.ID+"/accept", struct{}{}, nil)
		t.Check(is(problem, protocol.ProblemOfferOver), "to take the place of who has left was answered %s", said(problem))
		r := stays.Row(id)
		t.Check(len(r.Members) == 1 && member(r, stays.Name) != nil, "it is %s", show(r))
	}},
	{Rule: "T30", Name: "lapsed", Run: func(t *T) {
		a, b, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		a.Join(id)
		o := a.Offer(id, "transfer", "agent", b.Name)
		e := a.HearsOffer(o.ID, request.OfferExpired)
		t.Check(e.At.Sub(o.At) > transferTimeout, "it lapsed after %s, and stands for %s", e.At.Sub(o.At), transferTimeout)
		t.Check(member(a.Row(id), a.Name) != nil, "the sender is left with %s", show(a.Row(id)))
		b.HearsOffer(o.ID, request.OfferExpired)
		problem := b.Try(http.MethodPost, "/v1/offers/"+o.ID+"/accept", struct{}{}, nil)
		t.Check(is(problem, protocol.ProblemOfferOver), "to accept it after that was answered %s", said(problem))
	}},
	{Rule: "T30", Name: "offline", Run: func(t *T) {
		a, away, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		a.Join(id)
		a.targets(away, true)
		away.Feed.Drop()
		t.Eventually("the refusal of a transfer to who is away", func() string {
			_, problem := a.Command(id, "transfer", t.Name("key"), protocol.Target{Agent: away.Name})
			if !is(problem, protocol.ProblemAgentOffline) {
				return said(problem)
			}
			return ""
		})
		before := a.Row(id).Version
		_, problem := a.Command(id, "transfer", t.Name("key"), protocol.Target{Agent: t.Name("nobody")})
		t.Check(is(problem, protocol.ProblemUnknownAgent), "a transfer to nobody was answered %s", said(problem))
		r := a.Row(id)
		t.Check(member(r, a.Name) != nil && r.Version == before, "the sender is left with %s", show(r))
	}},
	{Rule: "T30", Name: "withdrawn", Run: func(t *T) {
		a, b, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		a.Join(id)
		o := a.Offer(id, "transfer", "agent", b.Name)
		b.HearsOffer(o.ID, request.OfferMade)
		problem := b.Try(http.MethodDelete, "/v1/offers/"+o.ID, nil, nil)
		t.Check(is(problem, protocol.ProblemUnknownOffer), "to withdraw somebody else's offer was answered %s", said(problem))
		a.Must(http.MethodDelete, "/v1/offers/"+o.ID, nil, nil)
		b.HearsOffer(o.ID, request.OfferWithdrawn)
		problem = b.Try(http.MethodPost, "/v1/offers/"+o.ID+"/accept", struct{}{}, nil)
		t.Check(is(problem, protocol.ProblemOfferOver), "to accept what was withdrawn was answered %s", said(problem))
		t.Check(member(a.Row(id), a.Name) != nil, "the sender is left with %s", show(a.Row(id)))
	}},
	{Rule: "T31", Name: "invite-into-grab", Run: func(t *T) {
		a, b, out, c := t.Rep(grab), t.Rep(grab), t.Rep(grab), t.Customer(grab)
		id := c.Open()
		a.Join(id)
		o := a.Offer(id, "invite", "agent", b.Name)
		b.HearsOffer(o.ID, request.OfferMade)
		problem := out.Try(http.MethodPost, "/v1/offers/"+o.ID+"/accept", struct{}{}, nil)
		t.Check(is(problem, protocol.ProblemUnknownOffer), "to accept somebody else's invitation was answered %s", said(problem))
		got := b.Answer(o, "accept")
		t.Check(len(got.Messages) == 1, "who accepted was shown %d messages", len(got.Messages))
		e := a.Await("the new member", 0, by(id, request.Accept))
		r := e.Request
		t.Check(r.State == request.Active && member(r, a.Name) != nil && member(r, a.Name).Owner && member(r, b.Name) != nil && member(r, b.Name).Invited, "it is %s", show(r))
	}},
	{Rule: "T31", Name: "invite-a-list", Run: func(t *T) {
		a, watch, desks, c := t.Rep(collab), t.Rep(collab), t.Reps(3, other), t.Customer(collab)
		id := c.Open()
		a.Join(id)
		o := a.Offer(id, "invite", "list", other)
		for _, d := range desks {
			d.HearsOffer(o.ID, request.OfferMade)
		}
		watch.Told(id, "received", "ACTIVE")
		desks[2].Answer(o, "decline") // for themselves, and not for the others of the list
		r := desks[0].Answer(o, "accept").Request
		t.Check(len(r.Members) == 2 && member(r, desks[0].Name) != nil, "it is %s", show(r))
		problem := desks[1].Try(http.MethodPost, "/v1/offers/"+o.ID+"/accept", struct{}{}, nil)
		t.Check(is(problem, protocol.ProblemOfferOver), "the second to accept was answered %s", said(problem))
		desks[0].Leave(id)
		t.Check(member(a.Row(id), a.Name) != nil, "the sender is left with %s", show(a.Row(id)))
	}},
	{Rule: "T32", Name: "length", Needs: []Need{Receive}, Run: func(t *T) {
		d, stranger, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		before := d.Join(id).Request.Version
		word := t.Name("word")
		most := word + strings.Repeat("𝄞", messageMaxLength-len(word)) // four bytes, one code point
		d.Refused(id, "messages", map[string]string{"text": most + "x"}, protocol.ProblemTooLong)
		t.Check(d.Row(id).Version == before, "the refused message changed the request")
		d.Say(id, most)
		e := d.Hears(id, protocol.EventMessage)
		t.Check(e.Message.Text == most && e.Message.From.Name == d.Name, "the members got another message, of %d bytes, from %s", len(e.Message.Text), e.Message.From.Name)
		var sent struct {
			Text     string
			Channel  string
			Customer struct{ ID string }
			From     struct{ Agent string }
		}
		post := t.Delivered("/outbound/"+collab, word)
		t.Check(post.Decode(&sent) == nil && sent.Text == most && sent.Customer.ID == c.ID && sent.From.Agent == d.Name && sent.Channel == collab, "the connector was sent %.200s", post.Body)
		_, problem := stranger.Command(id, "messages", t.Name("key"), map[string]string{"text": "hello"})
		t.Check(is(problem, protocol.ProblemNotAMember), "who is no member wrote: %s", said(problem))
	}},
	{Rule: "T32", Name: "repeated", Needs: []Need{Receive}, Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Join(id)
		word, key := t.Name("word"), t.Name("key")
		sent := map[string]bool{}
		for range 2 {
			a, problem := d.Command(id, "messages", key, map[string]string{"text": word + "-once"})
			t.Check(a != nil && a.Message != nil, "a message that was given twice was answered %s", said(problem))
			sent[a.Message.ID] = true
		}
		d.Say(id, word+"-behind")
		t.Delivered("/outbound/"+collab, word+"-behind")
		posted := map[string]bool{} // one may come again, as itself
		for _, p := range t.Posts("/outbound/"+collab, word+"-once") {
			posted[p.ID] = true
		}
		t.Check(len(sent) == 1 && len(posted) == 1, "a message that was given twice was sent as %v and posted as %v", sent, posted)
		d.Told(id, "received", "ACTIVE", "message", "message")
	}},
	{Rule: "T32", Name: "over-restart", Needs: []Need{Receive, Restart}, Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Join(id)
		word := t.Name("word")
		t.Answer(word, http.StatusServiceUnavailable, http.StatusServiceUnavailable, http.StatusServiceUnavailable)
		d.Say(id, word)
		t.restart()
		t.Delivered("/outbound/"+collab, word)
	}},
	{Rule: "T32", Name: "order-and-failure", Needs: []Need{Receive}, Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Join(id)
		word := t.Name("word")
		t.Answer(word+"-0", http.StatusServiceUnavailable, http.StatusInternalServerError)
		t.Answer(word+"-final", http.StatusForbidden)
		for i := range 3 {
			d.Say(id, fmt.Sprint(word, "-", i))
		}
		d.Say(id, word+"-final")
		t.Delivered("/outbound/"+collab, word+"-2")
		var order []string
		for _, p := range t.Posts("/outbound/"+collab, word) {
			for i := range 3 {
				if w := fmt.Sprint("-", i); strings.Contains(string(p.Body), word+w) && p.Status == http.StatusNoContent {
					order = append(order, w)
				}
			}
		}
		t.Check(strings.Join(order, "") == "-0-1-2", "the messages were taken in the order %v", order)
		for _, p := range t.Posts("/outbound/"+collab, word+"-0") {
			t.Check(p.ID != "" && p.ID == t.Delivered("/outbound/"+collab, word+"-0").ID, "a message that was posted again came as %q", p.ID)
		}
		e := d.Await("the failure of a message", 0, func(e *Event) bool {
			return e.about(id) && e.Message != nil && e.Message.Delivery == request.DeliveryFailedFinally
		})
		t.Check(e.Message.Text == word+"-final" && e.Message.Failure != "", "the failure is told of %q: %q", e.Message.Text, e.Message.Failure)
	}},
}
