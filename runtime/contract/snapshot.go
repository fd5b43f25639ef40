package contract

import (
	"slices"

	"github.com/pullmode/operator/runtime/protocol"
)

// snapshot takes what is open: of everything, or of some lists.
func (p *picture) snapshot(s *protocol.Snapshot) error {
	begins, event := p.again == nil, addRowsEvent
	switch {
	case begins && len(s.Only) == 0:
		event = rowsEvent
		p.again, p.rows = map[string]bool{}, map[string]row{}
		if err := p.listsAre(s.Lists); err != nil {
			return err
		}
	case begins:
		p.startOver(s.Only)
	}
	shown, rings, joined := []listRequest{}, []*protocol.Request{}, []string{}
	for _, r := range s.Requests {
		delete(p.again, r.ID)
		if p.in(r) && p.talks[r.ID] == nil {
			joined = append(joined, r.ID)
		}
		switch {
		case !p.mine(r):
		case r.Alert != nil && p.rung[r.ID].generation < r.Alert.Generation && p.world.unheard(r.ID, r.Alert.Generation):
			rings = append(rings, r)
		default:
			shown = append(shown, rowOf(p.profile, r, p.world.config()))
			p.rows[r.ID] = row{r.List, r.Version}
		}
	}
	p.tell(newPacket(event, shown))
	if err := p.ringAll(rings); err != nil {
		return err
	}
	for _, id := range joined {
		if err := p.openTalk(id); err != nil {
			return err
		}
	}
	if s.More {
		return p.world.pace()
	}
	return p.finish()
}

// startOver begins a snapshot of some lists: what the desk shows of them and is not in
// it goes in the end. To subscribe twice shows the lists twice, too (N2).
func (p *picture) startOver(lists []string) {
	p.again = map[string]bool{}
	for id, r := range p.rows {
		if slices.Contains(lists, r.list) {
			p.again[id] = true
		}
	}
	p.tellLists()
}

// finish takes away what a whole snapshot has not shown.
func (p *picture) finish() error {
	gone := p.again
	p.again = nil
	for id := range gone {
		if err := p.closeRow(id); err != nil {
			return err
		}
	}
	return nil
}

// ringsAtOnce is how many alerts a desk is told of before it is waited for: a list
// event is 5 KB, and 50 KB where a connector says all that it may of a customer.
const ringsAtOnce = 50

// ringAll announces requests of a snapshot whose alerts the agent has not had. They
// are not in its array: a desk is silent about what it has from there.
func (p *picture) ringAll(rings []*protocol.Request) error {
	for i, r := range rings {
		if i%ringsAtOnce == ringsAtOnce-1 {
			if err := p.world.pace(); err != nil {
				return err
			}
		}
		if _, known := p.rows[r.ID]; known {
			if err := p.closeRow(r.ID); err != nil {
				return err
			}
		}
		p.rows[r.ID], p.rung[r.ID], p.rang = row{r.List, r.Version}, alert{generation: r.Alert.Generation}, true
		if err := p.say(rowPacket(p.profile, received, rowOf(p.profile, r, p.world.config()))); err != nil {
			return err
		}
	}
	return nil
}
