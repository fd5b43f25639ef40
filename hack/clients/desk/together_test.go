package desk

import (
	"testing"
	"time"
)

func TestAgentsSeeEachOther(t *testing.T) {
	c := open(t, nil)
	john := c.john("page")
	a, b := c.signIn(t, "alice"), c.signIn(t, "bob")
	a.row(john).Shown()
	b.open(john)
	began := time.Now()
	a.row(john).Hover().Like("button", "^Join").Click()
	b.row(john).Says("Active")
	t.Logf("bob sees alice's join %s after she began to press", time.Since(began).Round(time.Millisecond))
	b.conversation().Says("alice")
	began = time.Now()
	b.ID("action-join").Click()
	a.conversation().Says("bob")
	t.Logf("alice sees bob's join %s after he began to press", time.Since(began).Round(time.Millisecond))

	a.say("Yes, until six.")
	b.conversation().Says("Yes, until six.")
	b.ID("action-leave").Click()
	a.conversation().Says("bob left")
}
