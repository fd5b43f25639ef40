package hub

import (
	"slices"

	"github.com/pullmode/operator/runtime/inbox"
)

// otherwise is the revision at which an agent was last seen with other groups than
// these; 0 where the runtime has seen them with these, or not at all.
func (h *Hub) otherwise(agent inbox.Agent) int64 {
	known := h.view.Agent(agent.Name)
	if slices.Equal(known.Groups, agent.Groups) {
		return 0
	}
	return known.Seen
}

// hold keeps a connection's cursors from going behind the revision at which its agent
// was seen with other groups, which a call with a newer token does. The connection has
// its lists by its own token until that is renewed. Whoever connects anew has them by
// the newer one, and only a cursor of before says that they are different.
func (h *Hub) hold(c *Conn) {
	switch seen := h.otherwise(c.agent); {
	case seen == 0:
		c.held = 0
	case c.held == 0:
		c.held = seen - 1
	}
}

// reached is the revision that a connection may go on from when it has had everything;
// under Hub.mu.
func (c *Conn) reached() int64 {
	if c.held > 0 {
		return min(c.held, c.hub.revision)
	}
	return c.hub.revision
}
