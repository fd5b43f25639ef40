package inbox

import (
	"slices"

	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// MayJoin says whether the agent may try to come into a request: it is on a list of
// theirs, or they are in it already. Somebody else may have grabbed it; who tries is
// told who has (T09).
func (b *Inbox) MayJoin(d *request.Document) bool {
	_, ok := b.access[d.List]
	return ok || d.Member(b.agent.Name)
}

// Listed says whether a request is a row for the agent: it is on a list of theirs,
// or they are in it. One that is its owner's alone is nobody else's row but the
// list's Admins' (N12).
func (b *Inbox) Listed(d *request.Document) bool {
	if d.Member(b.agent.Name) {
		return true
	}
	access, ok := b.access[d.List]
	return ok && (access.Role == snapshot.Admin || !b.exclusive(d))
}

// Visible says whether a request exists for the agent: it is a row of theirs, a
// place in it is offered to them, or they were in it until its last change.
// Memberships outlive access (N3), and what became of one is still answered (T17,
// T20, G2); one that ended because the access is gone has ended for good (section 4).
func (b *Inbox) Visible(d *request.Document) bool {
	released := d.Last.Kind != request.Revoke && slices.Contains(d.Last.Released, b.agent.Name)
	return released || b.Listed(d) || slices.ContainsFunc(d.Offers, b.offered)
}

// grab says whether the request's list gives its requests to the first who joins, by
// the policy of now (L5). What a list that is gone did last still holds.
func (b *Inbox) grab(d *request.Document) bool {
	if b.config != nil {
		if l := b.config.List(d.List); l != nil {
			return l.Grab()
		}
	}
	return d.Grab
}

// exclusive says whether the request is its owner's alone (N12).
func (b *Inbox) exclusive(d *request.Document) bool { return b.grab(d) && d.Owner() != nil }

// Rights are what the agent may do with a request of a list.
func (b *Inbox) Rights(list string) request.Rights {
	_, subscribed := b.Subscribed(list)
	return request.Rights{Role: b.access[list].Role, Subscribed: subscribed}
}

// AccessAny says whether there is any list for the agent.
func (b *Inbox) AccessAny() bool { return len(b.access) > 0 }
