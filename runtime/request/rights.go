package request

import "github.com/pullmode/operator/runtime/snapshot"

// mayClose says whether the acting agent may close, by the policy of the list at
// the moment of the command. Admins always may.
func mayClose(d *Document, c Command, policy snapshot.ClosePolicy) bool {
	if c.Rights.Role == snapshot.Admin {
		return true
	}
	switch policy {
	case snapshot.CloseSubscribers:
		return c.Rights.Subscribed
	case snapshot.CloseMembers:
		return d.Member(c.Actor.Name)
	}
	return false
}
