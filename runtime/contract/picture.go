package contract

import (
	"slices"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// world is what a picture asks of the runtime beside the feed.
type world interface {
	// config is the snapshot in force.
	config() *snapshot.Index
	// shown is a request as the agent sees it now; nil where they do not.
	shown(id string) *protocol.Request
	// conversation is a request that the agent is in, and its last messages.
	conversation(id string) (protocol.Conversation, error)
	// unheard says whether an alert stands still, and is one that the agent's desks have
	// not had.
	unheard(id string, generation int64) bool
	// pace waits until the desk has had what it was told: so much would otherwise wait
	// for it that it counts as too slow.
	pace() error
	now() time.Time
}

// picture is what one desk shows, as far as it has been told. Events of the feed come
// in, what the desk is to be told comes out.
type picture struct {
	agent   string
	profile Profile
	world   world
	tell    func(...*packet)

	lists map[string]protocol.List // those that the agent is subscribed to
	named []pullModeList           // the same, as the desk is told
	told  bool                     // of them, in this flush
	rang  bool                     // in this flush
	rows  map[string]row
	// rung are the alerts that the desk was told to raise and may still show, by request.
	rung  map[string]alert
	talks map[string]*open
	// over are the conversations whose end the desk was told of.
	over map[string]bool
	// again are the rows that a snapshot of some lists has not shown yet.
	again map[string]bool
}

// row is a request that the desk shows on a list.
type row struct {
	list    string
	version int64
}

// alert is one that a desk was told to raise.
type alert struct {
	generation int64
	// taken is one that the desk has taken away itself, as it asked to join.
	taken bool
}

// open is a conversation that is open at the desk.
type open struct {
	request *protocol.Request
	// last is the number of the last message that the desk has.
	last int64
}

func newPicture(agent string, profile Profile, w world, tell func(...*packet)) *picture {
	return &picture{
		agent: agent, profile: profile, world: w, tell: tell,
		lists: map[string]protocol.List{}, rows: map[string]row{}, rung: map[string]alert{}, talks: map[string]*open{}, over: map[string]bool{},
	}
}

// begin begins a flush of the feed.
func (p *picture) begin() { p.told, p.rang = false, false }

// say tells the desk what was made, unless that failed.
func (p *picture) say(packets []*packet, err error) error {
	if err == nil {
		p.tell(packets...)
	}
	return err
}

// listsAre takes note of the lists, tells the desk which of them it is subscribed to,
// and takes away what was on those that went: with their alerts, which desks would
// keep (N3).
func (p *picture) listsAre(lists []protocol.List) error {
	before := p.lists
	p.lists = map[string]protocol.List{}
	for _, l := range lists {
		if l.Subscribed {
			p.lists[l.Name] = l
		}
	}
	p.named, p.told = subscribedOf(lists), false
	p.tellLists()
	for name := range before {
		if _, still := p.lists[name]; still {
			continue
		}
		if err := p.forget(name); err != nil {
			return err
		}
		p.tell(newPacket(removeRowsEvent, name))
	}
	return nil
}

// tellLists tells the desk of its lists, which it replaces; once in a flush is enough.
func (p *picture) tellLists() {
	if !p.told {
		p.told = true
		p.tell(newPacket(listsEvent, p.named))
	}
}

// forget drops the rows of a list. Only where an alert may be shown does the desk have
// to be told.
func (p *picture) forget(list string) error {
	for id, r := range p.rows {
		if r.list != list {
			continue
		}
		if a, rung := p.rung[id]; rung && !a.taken {
			if err := p.closeRow(id); err != nil {
				return err
			}
		}
		delete(p.rows, id)
	}
	return nil
}

// closeRow takes a row and its alert away, without an event that says more of it.
func (p *picture) closeRow(id string) error {
	r := bare(id, p.rows[id].list)
	delete(p.rows, id)
	delete(p.rung, id)
	return p.say(closingPacket(p.profile, r, p.world.config()))
}

// bare is a request of which a desk is told no more than that it does not have it.
func bare(id, list string) *protocol.Request { return &protocol.Request{ID: id, List: list} }

// event takes an event about a request.
func (p *picture) event(f *fact) error {
	switch f.Type {
	case protocol.EventReceived:
		// What is news here the agent may have had already, at a replica that was ahead.
		if f.Alert && p.world.unheard(f.RequestID, f.AlertGeneration) {
			return p.ring(f)
		}
		return p.show(f)
	case protocol.EventRemoved:
		return p.lost(f)
	case protocol.EventMessage:
		return p.message(f)
	case protocol.EventStateChanged, protocol.EventMembersChanged:
		if err := p.listed(f); err != nil {
			return err
		}
		return p.talked(f)
	}
	return nil
}

// ring announces a request. A desk rings for what it does not know, so one that it
// shows already is taken away first.
func (p *picture) ring(f *fact) error {
	if _, known := p.rows[f.RequestID]; known {
		if err := p.say(f.closed(p.profile)); err != nil {
			return err
		}
	}
	p.rows[f.RequestID], p.rung[f.RequestID], p.rang = row{f.List, f.Version}, alert{generation: f.AlertGeneration}, true
	return p.say(f.row(p.profile, received))
}

// show brings a row up to date, or to light: without a sound (N8).
func (p *picture) show(f *fact) error {
	_, known := p.rows[f.RequestID]
	p.rows[f.RequestID] = row{f.List, f.Version}
	if known {
		return p.say(f.row(p.profile, stateChanged))
	}
	return p.say(f.added(p.profile))
}

// lost takes away what somebody else has grabbed (N6, N12).
func (p *picture) lost(f *fact) error {
	if _, known := p.rows[f.RequestID]; !known {
		return nil
	}
	delete(p.rows, f.RequestID)
	delete(p.rung, f.RequestID)
	return p.say(f.closed(p.profile))
}

// listed does what an event means to the list.
func (p *picture) listed(f *fact) error {
	if p.in(f.Request) {
		if err := p.joined(f); err != nil {
			return err
		}
	}
	_, known := p.rows[f.RequestID]
	switch {
	case f.Request.State == request.Closed || !p.mine(f.Request):
		delete(p.rows, f.RequestID)
		delete(p.rung, f.RequestID)
		if !known {
			return nil
		}
		return p.say(f.closed(p.profile))
	case known && f.Type == protocol.EventMembersChanged: // its row is as it was (T08)
		p.rows[f.RequestID] = row{f.List, f.Version}
		return nil
	}
	return p.show(f)
}

// joined ends the alert of who has joined (N6). If that was on another device, the
// desk still shows it, and drops it with its row alone; the row comes back in silence.
func (p *picture) joined(f *fact) error {
	a, rung := p.rung[f.RequestID]
	delete(p.rung, f.RequestID)
	if !rung || a.taken {
		return nil
	}
	delete(p.rows, f.RequestID)
	return p.say(f.closed(p.profile))
}

// pulled notes that the desk has asked to join a request.
func (p *picture) pulled(id string) {
	if a, rung := p.rung[id]; rung {
		a.taken = true
		p.rung[id] = a
	}
}

// mine says whether a request is a row for the agent: not on a list that they are
// not subscribed to, nor what a Representative has grabbed unless they are in it or
// its Admin (N12).
func (p *picture) mine(r *protocol.Request) bool {
	l, subscribed := p.lists[r.List]
	owned := slices.ContainsFunc(r.Members, func(m request.Member) bool { return m.Owner })
	return subscribed && (!r.Grab || !owned || l.Role == snapshot.Admin || p.in(r))
}

// in says whether the agent is in a request.
func (p *picture) in(r *protocol.Request) bool { return has(r.Members, p.agent) }

func has(members []request.Member, agent string) bool {
	return slices.ContainsFunc(members, func(m request.Member) bool { return m.Agent == agent })
}

// withdrawn takes alerts away that the agent has dismissed elsewhere. Desks have no
// word for that: the row goes, which takes its alert along, and comes back in silence.
func (p *picture) withdrawn(e protocol.AlertWithdrawn) error {
	for id, a := range p.rung {
		if a.taken || !e.All && id != e.Request {
			continue
		}
		if err := p.closeRow(id); err != nil {
			return err
		}
		if r := p.world.shown(id); r != nil {
			p.rows[id] = row{r.List, r.Version}
			p.tell(newPacket(addRowsEvent, []listRequest{rowOf(p.profile, r, p.world.config())}))
		}
	}
	return nil
}
