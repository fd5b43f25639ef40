package hub

import (
	"slices"

	"github.com/pullmode/operator/runtime/feed"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
)

// dispatch collects the events of one revision for the connections that they are
// for. A connection that is in the audience twice, as a subscriber and as a member,
// gets an event once.
func (h *Hub) dispatch(items []feed.Item) {
	for _, item := range items {
		h.marks++
		give := func(conns map[*Conn]struct{}) {
			for c := range conns {
				if c.mark != h.marks {
					c.mark = h.marks
					h.touch(c)
					c.events = append(c.events, Frame{Type: item.Type, Data: item.Data})
				}
			}
		}
		if item.Audience.List != "" {
			give(h.byList[item.Audience.List])
		}
		for _, agent := range item.Audience.Agents {
			give(h.byAgent[agent])
		}
	}
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
		c.push(h.revision, c.events, c.told)
		c.events, c.told = nil, nil
	}
	clear(h.touched)
	h.touched = h.touched[:0]
}

// look brings a connection's lists up to date, and tells it of what changed. The
// open requests of lists that came are sent with it.
func (h *Hub) look(c *Conn) {
	box := inbox.Of(h.view, c.agent)
	lists := box.SubscribedLists()
	added := without(lists, c.lists)
	for _, gone := range without(c.lists, lists) {
		h.leaveList(c, gone)
	}
	for _, list := range added {
		h.joinList(c, list)
	}
	c.lists = lists
	if len(box.Missing()) > 0 {
		h.options.Sight(c.agent)
	}
	shown := box.Lists()
	known := fingerprint(shown)
	if known == c.known {
		return
	}
	c.known = known
	h.touch(c)
	c.told = append(c.told, frame(protocol.EventListsChanged, protocol.ListsChanged{Type: protocol.EventListsChanged, Lists: shown}))
	if len(added) > 0 {
		c.told = append(c.told, h.snapshot(box, protocol.SnapshotListsChanged, added)...)
	}
}

// fingerprint is what an agent is shown of their lists, without the counts, which
// change all the time and are no news.
func fingerprint(lists []protocol.List) string {
	bare := slices.Clone(lists)
	for i := range bare {
		bare[i].Counts = nil
	}
	return string(encode(bare))
}

func without(all, others []string) []string {
	var rest []string
	for _, s := range all {
		if !slices.Contains(others, s) {
			rest = append(rest, s)
		}
	}
	return rest
}
