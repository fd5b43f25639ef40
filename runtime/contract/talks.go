package contract

import (
	"github.com/pullmode/operator/runtime/request"
)

// talked does what an event means to the conversation. A desk that is told of one
// that it does not have leaves it, and one that is told of its end twice closes
// another one: both are told exactly once.
func (p *picture) talked(f *fact) error {
	t := p.talks[f.RequestID]
	switch {
	case t == nil && p.in(f.Request):
		return p.openTalk(f.RequestID)
	case t == nil || f.Version <= t.request.Version: // when it was opened, it was further already
		return nil
	case !p.in(f.Request):
		p.endTalk(f.RequestID, reasonOf(f.Event, p.agent), f.Request.State == request.Closed)
		return nil
	}
	came, left := others(f.Request.Members, t.request.Members), others(t.request.Members, f.Request.Members)
	t.request = f.Request
	return p.say(f.moved(p.profile, came, left))
}

// others are the agents who are in one and not in the other.
func others(one, other []request.Member) (agents []string) {
	for _, m := range one {
		if !has(other, m.Agent) {
			agents = append(agents, m.Agent)
		}
	}
	return agents
}

// openTalk opens a conversation at the desk, with what was said in it. Where it is
// open already, it is shown anew.
func (p *picture) openTalk(id string) error {
	c, err := p.world.conversation(id)
	if err != nil {
		return err
	}
	if c.Request == nil || !p.in(c.Request) { // no more: that is told of, too
		return nil
	}
	t := &open{request: c.Request}
	if n := len(c.Messages); n > 0 {
		t.last = c.Messages[n-1].Number
	}
	p.talks[id] = t
	delete(p.over, id)
	p.tell(newPacket(topicEvent, topicOf(p.profile, p.agent, c, p.world.config(), p.world.now())))
	return nil
}

// endTalk takes a conversation from the desk.
func (p *picture) endTalk(id, reason string, closed bool) {
	delete(p.talks, id)
	p.over[id] = true
	if closed {
		p.tell(newPacket(topicClosedEvent, topicEndOf(p.profile, topicClosedEvent, id, "")))
	}
	p.tell(newPacket(topicEndEvent, topicEndOf(p.profile, topicEndEvent, id, reason)))
}

// message is one in a conversation (T04).
func (p *picture) message(f *fact) error {
	t := p.talks[f.RequestID]
	if t == nil || f.Message.Delivery == "" && f.Message.Number <= t.last {
		return nil
	}
	t.last = max(t.last, f.Message.Number)
	return p.say(f.said(p.profile, t.request))
}
