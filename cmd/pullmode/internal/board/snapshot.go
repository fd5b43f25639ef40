package board

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pullmode/operator/runtime/protocol"
)

// Snapshot gives lines for what a part of a snapshot has that was not shown
// before, and for the requests that are no longer open.
func (b *Board) Snapshot(s *protocol.Snapshot) []string {
	whole := len(s.Only) == 0
	if whole && b.unseen == nil {
		b.unseen = map[string]bool{}
		for id := range b.open {
			b.unseen[id] = true
		}
	}
	var lines []string
	for _, r := range s.Requests {
		if b.note(r) {
			lines = append(lines, b.Row(r))
		}
	}
	lines = append(lines, b.offers(s.Offers)...)
	if !whole || s.More {
		return lines
	}
	for _, id := range slices.SortedFunc(maps.Keys(b.unseen), func(x, y string) int { return b.Number(x) - b.Number(y) }) {
		delete(b.open, id)
		lines = append(lines, fmt.Sprintf("-- #%d is no longer open, or no longer yours", b.Number(id)))
	}
	b.unseen = nil
	return lines
}

// Lists is a line of the lists that there are for an agent.
func Lists(lists []protocol.List) string {
	if len(lists) == 0 {
		return "no list: an AgentSubscription has to name this agent, or one of their groups"
	}
	names := make([]string, len(lists))
	for i, l := range lists {
		names[i] = fmt.Sprintf("%s (%s", l.Name, l.Role)
		if !l.Subscribed {
			names[i] += ", not subscribed"
		}
		if l.Draining {
			names[i] += ", deleted"
		}
		names[i] += ")"
	}
	return strings.Join(names, ", ")
}
