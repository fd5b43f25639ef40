package desk

import "testing"

func TestConnectedElsewhere(t *testing.T) {
	c := open(t, map[string]string{"sessionPolicy": "Replace"})
	first := c.signIn(t, "alice")
	second := c.signIn(t, "alice")
	first.status("replaced")
	first.ID("banner").Says("connected elsewhere")
	john := c.john("page")
	second.row(john).Shown()
	first.row(john).Gone() // it rests

	first.ID("banner").Role("button", "Use here").Click()
	first.live()
	first.row(john).Shown()
	second.status("replaced")
}
