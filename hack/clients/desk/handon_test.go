package desk

import (
	"strings"
	"testing"
)

func TestTransferToAList(t *testing.T) {
	c := open(t, nil)
	john := c.john("page")
	a, b := c.signIn(t, "alice"), c.signIn(t, "bob")
	a.join(john)
	a.handOn("Transfer", "Complaints")
	a.row(john).Gone()
	b.row(john).Gone()
	b.Like("combobox", "(?i)list").Choose("Complaints")
	b.Until("it waits on the other list", `[...document.querySelectorAll('[data-testid^="row-"]')]
		.some(r => r.innerText.includes("John Williams") && r.innerText.includes("Complaints") && r.innerText.includes("Unread"))`)
}

// handOn hands the conversation that is open on to somebody or a list.
func (a agent) handOn(how, to string) {
	a.ID("action-" + strings.ToLower(how)).Click()
	dialog := a.ID("dialog-" + strings.ToLower(how))
	dialog.Like("searchbox", "^Find").Fill(to)
	dialog.Like("radio", "^"+to).Click()
	dialog.Role("button", how).Click()
	dialog.Gone()
}

func TestTransferIsDeclinedAndAccepted(t *testing.T) {
	c := open(t, nil)
	john := c.john("page")
	a, b := c.signIn(t, "alice"), c.signIn(t, "bob")
	c.there("bob")
	a.join(john)
	a.handOn("Transfer", "bob")
	a.row(john).Says("Joined") // until somebody accepts, nothing changes
	b.offer().Says("alice", "John Williams")
	b.offer().Like("button", "^Decline").Click()
	b.offer().Gone()
	a.conversation().Says("bob declined")

	a.handOn("Transfer", "bob")
	b.offer().Like("button", "^Accept").Click()
	b.offer().Gone()
	b.composer().Shown()
	b.row(john).Says("Joined")
	a.row(john).Says("Active").Silent("Joined")
}

func TestInvitationIsAcceptedAndTakenBack(t *testing.T) {
	c := open(t, nil)
	john := c.john("page")
	a, b := c.signIn(t, "alice"), c.signIn(t, "bob")
	c.there("bob")
	a.join(john)
	a.handOn("Invite", "bob")
	b.offer().Shown()
	a.conversation().Role("button", "Take back").Click()
	b.offer().Gone()

	a.handOn("Invite", "bob")
	b.offer().Like("button", "^Accept").Click()
	b.composer().Shown()
	for _, somebody := range []agent{a, b} {
		somebody.row(john).Says("Joined")
		somebody.conversation().Says("alice", "bob") // who else is in it
	}
}

// An invitation to a list is there for everybody on it, until one has accepted.
func TestInvitationToAList(t *testing.T) {
	c := open(t, nil)
	john := c.john("page")
	a, b, other := c.signIn(t, "alice"), c.signIn(t, "bob"), c.signIn(t, "carol")
	a.join(john)
	a.handOn("Invite", "Orders")
	b.offer().Shown()
	other.offer().Shown()
	b.offer().Like("button", "^Accept").Click()
	other.offer().Gone()
	b.row(john).Says("Joined")
}
