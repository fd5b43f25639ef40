package hub

import (
	"slices"

	"github.com/pullmode/operator/runtime/feed"
	"github.com/pullmode/operator/runtime/snapshot"
)

// place is where a list's events go to: a Grab list shows its Admins other ones than
// its Representatives (N11, N12).
type place struct {
	list string
	role snapshot.Role
}

// dispatch collects the events of one revision for the connections that they are
// for. A connection that is in the audience twice, as a subscriber and as a member,
// gets an event once.
func (h *Hub) dispatch(items []feed.Item) {
	for _, item := range items {
		h.marks++
		a, event := item.Audience, Frame{Type: item.Type, Data: item.Data, At: item.At}
		if a.List != "" {
			for _, role := range a.Roles() {
				for c := range h.byPlace[place{a.List, role}] {
					if len(a.Except) == 0 || !slices.Contains(a.Except, c.agent.Name) {
						h.collect(c, event)
					}
				}
			}
		}
		for _, agent := range a.Agents {
			for c := range h.byAgent[agent] {
				h.collect(c, event)
			}
		}
	}
}

func (h *Hub) collect(c *Conn, event Frame) {
	if c.mark == h.marks {
		return
	}
	c.mark = h.marks
	h.touch(c)
	c.events = append(c.events, event)
}

// touch notes that a revision holds something for a connection.
func (h *Hub) touch(c *Conn) {
	if len(c.events)+len(c.told) == 0 {
		h.touched = append(h.touched, c)
	}
}

// tell hands the connections what has been collected for them of one revision.
func (h *Hub) tell() {
	for _, c := range h.touched {
		c.push(c.events, c.told)
		c.events, c.told = nil, nil
		if c.over {
			c.finish(ErrReplaced)
		}
	}
	h.schedule(h.touched)
	clear(h.touched)
	h.touched = h.touched[:0]
}
