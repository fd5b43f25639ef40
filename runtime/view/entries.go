package view

import "github.com/pullmode/operator/runtime/request"

// open puts an open request in the place of what its slot held: the same one as it
// was, or an incarnation before it (T06, T28).
func (v *View) open(e *Entry) {
	if old := v.bySlot[e.Key]; old != nil && old.Doc.ID == e.Doc.ID {
		e.AlertRevision = old.AlertRevision
	} else {
		if old != nil {
			v.close(e.Key)
		}
		e.AlertRevision = v.raised[e.Doc.ID]
		delete(v.raised, e.Doc.ID)
	}
	v.set(e)
}

// close empties a slot. What its alert's key says stands until that key goes, too.
func (v *View) close(slot string) {
	if old := v.bySlot[slot]; old != nil {
		if old.AlertRevision != 0 {
			v.raised[old.Doc.ID] = old.AlertRevision
		}
		v.unset(old)
	}
}

// party is who an offer is of: the agent who makes it, the agent to whom it is made,
// or the list.
type party struct{ agent, list string }

// set indexes an entry in the place of the one that its slot holds.
func (v *View) set(e *Entry) {
	if old := v.bySlot[e.Key]; old != nil {
		v.unset(old)
	}
	v.bySlot[e.Key], v.byID[e.Doc.ID] = e, e
	v.listing(e.Doc.List).add(e)
	for _, m := range e.Doc.Members {
		v.byMember.add(m.Agent, e)
	}
	for _, p := range parties(e.Doc) {
		v.byParty.add(p, e)
	}
	v.clocks.start(e.Doc)
}

func (v *View) unset(e *Entry) {
	delete(v.bySlot, e.Key)
	delete(v.byID, e.Doc.ID)
	v.listing(e.Doc.List).drop(e)
	for _, m := range e.Doc.Members {
		v.byMember.drop(m.Agent, e)
	}
	for _, p := range parties(e.Doc) {
		v.byParty.drop(p, e)
	}
	v.clocks.stop(e.Doc)
}

func parties(d *request.Document) []party {
	var all []party
	for _, o := range d.Offers {
		all = append(all, party{agent: o.From})
		if o.Agent != "" {
			all = append(all, party{agent: o.Agent})
		} else {
			all = append(all, party{list: o.List})
		}
	}
	return all
}

func (v *View) listing(name string) *listing {
	l := v.byList[name]
	if l == nil {
		l = newListing()
		v.byList[name] = l
	}
	return l
}
