package feed

import (
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// quiet are the kinds of changes that mean nothing to a list, in any state: the
// row is as it was, or differs in what is read when it is asked for (T03 to T05,
// T30, T33).
var quiet = map[request.Kind]bool{
	request.Receive: true, request.Say: true, request.DeliveryFailed: true,
	request.TransferTo: true, request.Invite: true, request.Decline: true, request.Withdraw: true, request.Lapse: true,
	request.WrapUp: true, request.WrapUpTimeout: true,
}

// change tells the list what a document's last change was, and those who are in
// the request or were until then.
func (d *derivation) change(doc *request.Document) error {
	switch {
	case doc.Open() && (doc.Version == 1 || doc.Last.Raised):
		return d.received(doc)
	case quiet[doc.Last.Kind]:
		return nil
	}
	e := eventOf(doc, protocol.EventStateChanged)
	if doc.Last.Kind == request.Accept || (doc.Last.Kind == request.Join && doc.Last.From == request.Active) {
		e.Type = protocol.EventMembersChanged // T08, T10, T29, T31
	}
	e.Released = doc.Last.Released
	concerned := append(doc.Agents(), doc.Last.Released...)
	audience := Audience{List: doc.List, Agents: concerned}
	was, is := doc.Last.WasExclusive, doc.Exclusive()
	if is || (was && !doc.Open()) {
		audience.Role = snapshot.Admin // N12: the other Representatives do not see it
	}
	if err := d.add(audience, e.Type, e); err != nil || !is || was {
		return err
	}
	return d.removed(doc, concerned)
}

// received announces a request, or raises its alert again (T01, T06, T28; decision
// 3). Admins of a Grab list see it and are not alerted: they do not grab (N11).
func (d *derivation) received(doc *request.Document) error {
	e := eventOf(doc, protocol.EventReceived)
	e.Alert, e.AlertGeneration = true, doc.Alert.Generation
	if !doc.Grab {
		return d.add(Audience{List: doc.List}, e.Type, e)
	}
	if err := d.add(Audience{List: doc.List, Role: snapshot.Representative}, e.Type, e); err != nil {
		return err
	}
	e.Alert = false
	if err := d.add(Audience{List: doc.List, Role: snapshot.Admin}, e.Type, e); err != nil {
		return err
	}
	d.items[len(d.items)-1].Twin = true
	return nil
}

// removed tells the Representatives who have lost a grab that row and alert are
// gone, and who has the request since when. It does not show them the request (N6,
// N12).
func (d *derivation) removed(doc *request.Document, concerned []string) error {
	owner := doc.Owner()
	e := eventOf(doc, protocol.EventRemoved)
	e.Request, e.GrabbedBy, e.GrabbedAt = nil, owner.Agent, &owner.JoinedAt
	return d.add(Audience{List: doc.List, Role: snapshot.Representative, Except: concerned}, e.Type, e)
}

// eventOf is what all events of a document's last change say.
func eventOf(doc *request.Document, kind protocol.EventType) protocol.Event {
	return protocol.Event{
		Type: kind, List: doc.List, Request: protocol.FromDocument(doc), RequestID: doc.ID, Version: doc.Version,
		Actor: doc.Last.Actor, Cause: doc.Last.Kind, From: doc.Last.From, At: doc.Last.At,
	}
}
