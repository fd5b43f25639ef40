package conformance

import (
	"net/http"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Command gives a command on a request, once, under a key.
func (d *Desk) Command(id, name, key string, body any) (*protocol.Result, *protocol.Problem) {
	if body == nil {
		body = struct{}{}
	}
	var a protocol.Result
	_, problem, err := d.call(d.t.Context, http.MethodPost, "/v1/requests/"+id+"/"+name, key, body, &a)
	if err != nil {
		d.t.Fatalf("%v", err)
	}
	if problem != nil {
		return nil, problem
	}
	return &a, nil
}

// Does gives a command that has to have an outcome. A replica may learn of a
// request a moment after another one has taken it: that is waited for.
func (d *Desk) Does(id, name string, body any, want string) (a *protocol.Result) {
	d.t.Eventually(d.Name+"'s "+name, func() string {
		var problem *protocol.Problem
		a, problem = d.Command(id, name, d.t.Name("key"), body)
		if is(problem, protocol.ProblemUnknownRequest) {
			return said(problem)
		}
		if problem != nil {
			d.t.Fatalf("%s of %s was answered %s, and should have been %s", name, d.Name, said(problem), want)
		}
		return ""
	})
	d.t.Check(string(a.Outcome) == want, "%s of %s came to %q, and should have come to %q", name, d.Name, a.Outcome, want)
	return a
}

// Refused gives a command that has to be refused in a certain way.
func (d *Desk) Refused(id, name string, body any, want protocol.ProblemType) *protocol.Problem {
	_, problem := d.Command(id, name, d.t.Name("key"), body)
	d.t.Check(is(problem, want), "%s of %s was answered %s, and should have been refused with %s", name, d.Name, said(problem), want)
	return problem
}

// Join, Leave and Close are commands that have to succeed.
func (d *Desk) Join(id string) *protocol.Result {
	return d.Does(id, "join", nil, string(request.Joined))
}

// Leave ends a membership.
func (d *Desk) Leave(id string) *protocol.Result {
	return d.Does(id, "leave", nil, string(request.Left))
}

// Close ends a request.
func (d *Desk) Close(id string) *protocol.Result {
	return d.Does(id, "close", nil, string(request.Ended))
}

// Say writes to the customer.
func (d *Desk) Say(id, text string) *protocol.Result {
	return d.Does(id, "messages", map[string]any{"text": text}, "sent")
}

// Offer transfers to an agent, or invites an agent or a list.
func (d *Desk) Offer(id, name, kind, to string) *protocol.Offer {
	a := d.Does(id, name, map[string]string{kind: to}, "offered")
	d.t.Check(a.Offer != nil && a.Offer.ID != "", "the answer to the %s names no offer", name)
	return a.Offer
}

// Answer accepts or declines an offer.
func (d *Desk) Answer(o *protocol.Offer, how string) *protocol.Result {
	var a protocol.Result
	d.t.Eventually(d.Name+"'s "+how, func() string {
		problem := d.Try(http.MethodPost, "/v1/offers/"+o.ID+"/"+how, struct{}{}, &a)
		if is(problem, protocol.ProblemUnknownOffer) {
			return said(problem)
		}
		d.t.Check(problem == nil, "%s of an offer was answered %s", how, said(problem))
		return ""
	})
	return &a
}
