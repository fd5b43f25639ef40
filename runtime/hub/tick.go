package hub

import "time"

// defaultTick is short enough that nobody sees it, and long enough that a busy
// replica writes to each of its connections 20 times a second and no more.
const defaultTick = 50 * time.Millisecond

// schedule says when connections are given what has just been queued to them: at
// once, which begins a tick, or at the end of the one that is running; under mu.
//
// A tick is the replica's, not a list's: a cursor stands behind everything that a
// flush holds, so all of it must be there.
func (h *Hub) schedule(conns []*Conn) {
	switch {
	case len(conns) == 0:
	case h.ticking:
		for _, c := range conns {
			if !c.waits {
				c.waits = true
				h.waiting = append(h.waiting, c)
			}
		}
	default:
		for _, c := range conns {
			c.hasten()
		}
		h.ticking = true
		h.startTick()
	}
}

// startTick begins one. When the hub is no longer run nobody waits for its timer: it
// fires once more and is gone.
func (h *Hub) startTick() { time.AfterFunc(h.options.Tick, h.tick) }

// tick ends one, and begins the next if anything waited for it.
func (h *Hub) tick() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.waiting) == 0 {
		h.ticking = false
		return
	}
	for _, c := range h.waiting {
		c.waits = false
		c.hasten()
	}
	clear(h.waiting)
	h.waiting = h.waiting[:0]
	h.startTick()
}
