package hub

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
)

// Drain takes no further connections, tells those that there are to come back
// elsewhere, and ends them spread over a time, so that they do not all return at
// once. It returns when the last one has gone or ctx has ended.
func (h *Hub) Drain(ctx context.Context, spread time.Duration) {
	h.mu.Lock()
	if h.draining {
		h.mu.Unlock()
		return
	}
	h.draining = true
	conns := make([]*Conn, 0, len(h.conns))
	for c := range h.conns {
		after := time.Duration(rand.Int64N(int64(spread) + 1))
		c.give([]Frame{frame(protocol.EventDraining, protocol.Draining{
			Type: protocol.EventDraining, ReconnectAfterMs: after.Milliseconds(),
		})})
		conns = append(conns, c)
	}
	if len(conns) == 0 {
		close(h.idle)
	}
	h.mu.Unlock()

	for _, c := range conns {
		select {
		case <-h.idle:
		case <-ctx.Done():
		case <-time.After(spread / time.Duration(len(conns))):
		}
		c.finish(ErrDraining)
	}
	select {
	case <-h.idle:
	case <-ctx.Done():
	}
}
