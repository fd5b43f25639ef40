package hub

import (
	"maps"
	"slices"

	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/snapshot"
)

// standing is what an agent is on a list that they are subscribed to, and how the
// list is joined: which of its rows they see depends on both (N12).
type standing struct {
	role snapshot.Role
	grab bool
}

// standings are an agent's, by list.
func standings(config *snapshot.Index, box *inbox.Inbox) map[string]standing {
	lists := map[string]standing{}
	for _, name := range box.SubscribedLists() {
		access, _ := box.Access(name)
		lists[name] = standing{role: access.Role, grab: config.List(name).Grab()}
	}
	return lists
}

// look brings a connection's lists up to date, and tells it of what changed: the
// lists, and the open requests of those that came, or on which it sees others than
// before (L5). again are lists that its agent has chosen in this revision; of one
// that they had already, that shows them once more what is open (N2).
func (h *Hub) look(c *Conn, again []string) {
	box := inbox.Of(h.view, c.agent)
	if len(box.Missing()) > 0 {
		h.options.Sight(c.agent)
	}
	lists := standings(h.view.Config(), box)
	var show []string
	for list, s := range lists {
		if before, had := c.lists[list]; !had || before != s || slices.Contains(again, list) {
			show = append(show, list)
		}
	}
	slices.Sort(show)
	h.move(c, lists)
	shown := box.Lists()
	if known := fingerprint(shown); known != c.known {
		c.known = known
		h.touch(c)
		c.told = append(c.told, frame(protocol.EventListsChanged, protocol.ListsChanged{Type: protocol.EventListsChanged, Lists: shown}))
	}
	if len(show) > 0 {
		h.touch(c)
		c.told = append(c.told, h.snapshot(box, protocol.SnapshotListsChanged, show)...)
	}
}

// move puts a connection where its lists' events go from now on.
func (h *Hub) move(c *Conn, lists map[string]standing) {
	if maps.Equal(c.lists, lists) {
		return
	}
	for list, s := range c.lists {
		drop(h.byPlace, place{list, s.role}, c)
	}
	for list, s := range lists {
		add(h.byPlace, place{list, s.role}, c)
	}
	c.lists = lists
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
