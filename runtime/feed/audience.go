package feed

import (
	"slices"

	"github.com/pullmode/operator/runtime/snapshot"
)

// Audience is who an event is for: subscribers of a list, and agents by name.
type Audience struct {
	// List is empty for what concerns no list.
	List string
	// Role narrows the list down to its Representatives or its Admins: what a Grab
	// list shows differs between them (N11, N12). Empty means both.
	Role snapshot.Role
	// Except are subscribers of the list who do not get it as such.
	Except []string
	// Agents get it whatever the list is to them: members, whom the event released,
	// and who has a part in an offer.
	Agents []string
}

// Has says whether an agent is in the audience: subscribed says whether they were
// subscribed to its list at the revision of the event (N1), and role what they are
// on it.
func (a Audience) Has(agent string, subscribed bool, role snapshot.Role) bool {
	return slices.Contains(a.Agents, agent) ||
		subscribed && a.List != "" && (a.Role == "" || a.Role == role) && !slices.Contains(a.Except, agent)
}

// Roles are those that the audience's list is narrowed down to.
func (a Audience) Roles() []snapshot.Role {
	if a.Role == "" {
		return everyRole
	}
	return []snapshot.Role{a.Role}
}

var everyRole = []snapshot.Role{snapshot.Representative, snapshot.Admin}
