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

func (b *Inbox) attention(d *request.Document, now time.Time) request.Attention {
	if b.config != nil {
		if l := b.config.List(d.List); l != nil {
			return d.Attend(now, l.SoonAfter.D(), l.OverdueAfter.D())
		}
	}
	// A member's request whose list is gone: the last bucket there is.
	return d.Attend(now, 0, 0)
}
