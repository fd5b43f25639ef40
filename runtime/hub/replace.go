package hub

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// sessions are the last few of each agent, at whichever replica, oldest first.
type sessions map[string][]string

// keptSessions is how many of an agent are known again when they are put again.
const keptSessions = 8

// begins takes note of a session, and says whether it is a new one. One that is put
// again is not: a replica that was away for longer than its lease tells anew of the
// connections that it still has, and those are older than what came meanwhile.
func (s sessions) begins(agent, session string) bool {
	known := s[agent]
	if slices.Contains(known, session) {
		return false
	}
	if len(known) == keptSessions {
		known = known[1:]
	}
	s[agent] = append(known, session)
	return true
}

// meet takes note of the sessions that a revision tells of, also of those from
// before this replica had connections.
func (h *Hub) meet(b store.Batch) error {
	for _, e := range b.Events {
		agent, _, ok := keyspace.PresenceOf(e.Key)
		if !ok || e.Deleted {
			continue
		}
		var record keyspace.PresenceRecord
		if err := json.Unmarshal(e.Value, &record); err != nil {
			return fmt.Errorf("read %q of revision %d: %w", e.Key, e.Revision, err)
		}
		if h.sessions.begins(agent, record.Session) {
			h.begin(agent, record.Session)
		}
	}
	return nil
}

// begin ends the older connections of an agent who has a new one, where one is what
// an agent may have (R6). Which is older is the order in which the store tells of
// them: every replica sees the same.
func (h *Hub) begin(agent, session string) {
	var newest *Conn // nil where it is another replica's
	for c := range h.byAgent[agent] {
		if c.session == session {
			newest = c
		}
	}
	config := h.view.Config()
	replace := config != nil && config.Sessions.Policy == snapshot.SessionReplace
	for c := range h.byAgent[agent] {
		// A presence names the newest connection of a replica: those before it, which
		// the store may never have told of, are older all the same.
		older := newest == nil && c.seen || newest != nil && c.order < newest.order
		if newest != nil && c.order <= newest.order {
			c.seen = true
		}
		if older && replace {
			h.replace(c)
		}
	}
}

func (h *Hub) replace(c *Conn) {
	if c.over {
		return
	}
	h.touch(c)
	c.told, c.over = append(c.told, frame(protocol.EventReplaced, protocol.Replaced{Type: protocol.EventReplaced})), true
}
