package inbox

import (
	"time"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Row shows one request as the agent sees it now: with its alert if that stands for
// them, their own wrap-up, and the attention that it needs.
func (b *Inbox) Row(d *request.Document, now time.Time) *protocol.Request {
	r := protocol.FromDocument(d)
	r.WrapUp = d.WrapUpOf(b.agent.Name)
	if !d.Open() {
		return r
	}
	a := b.attention(d, now)
	r.Attention, r.Grab, r.Alert = &a, b.grab(d), b.Alert(d)
	if c := b.view.Customer(d.Channel, d.Customer.ID); c != nil {
		r.Presence = &protocol.Presence{Online: c.Online, LastActiveAt: c.LastActiveAt, Location: c.Location, At: c.At}
	}
	return r
}

// Trace is a request for an agent who has done something in it and does not see it
// any more (N12): which one it is, and their own wrap-up. Who is in it now, and what
// the customer does, is not told.
func (b *Inbox) Trace(d *request.Document) *protocol.Request {
	return &protocol.Request{
		ID: d.ID, List: d.List, Channel: d.Channel, ChannelType: d.ChannelType, Customer: protocol.Customer{ID: d.Customer.ID},
		State: d.State, Version: d.Version, Members: []request.Member{}, OpenedAt: d.OpenedAt,
		ClosedAt: d.ClosedAt, CloseReason: d.Reason, TransferredTo: d.TransferredTo, WrapUp: d.WrapUpOf(b.agent.Name),
	}
}

func (b *Inbox) attention(d *request.Document, now time.Time) request.Attention {
	if b.config != nil {
		if l := b.config.List(d.List); l != nil {
			return d.Attend(now, l.SoonAfter.D(), l.OverdueAfter.D())
		}
	}
	// A member's request whose list is gone: the last bucket there is.
	return d.Attend(now, 0, 0)
}
