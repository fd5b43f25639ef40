package desk

import (
	"strings"
	"testing"

	"github.com/pullmode/operator/hack/clients/browser"
)

func TestSignInAndOut(t *testing.T) {
	c := open(t, nil)
	a := c.signIn(t, "alice")
	if url := a.URL(); strings.ContainsAny(url, "?#") {
		t.Errorf("what the issuer said is left in the address: %s", url)
	}
	a.Reload()
	a.live() // no second sign-in

	a.ID("me").Click()
	a.Like("button", "^Sign out").Click()
	a.ID("dialog-sign-out").Role("button", "Sign out").Click()
	a.ID("sign-in-with").Shown()
	if kept := browser.Value[string](a.Page, "JSON.stringify({...localStorage, ...sessionStorage})"); strings.Contains(kept, "eyJ") {
		t.Errorf("a token is kept after the sign-out: %s", kept)
	}
	a.Reload()
	a.ID("connection").Gone()
}

func TestSignInReturnsToWhereOneWas(t *testing.T) {
	c := open(t, nil)
	request := c.john("page")
	a := agent{Page: browser.Open(t), name: "alice"}
	a.Goto(c.URL + "/desk/requests/" + request)
	a.identify()
	a.live()
	if want := c.URL + "/desk/requests/" + request; a.URL() != want {
		t.Errorf("at %s, want %s", a.URL(), want)
	}
	a.conversation().Says("John Williams", "Do you deliver on Sundays?")
}

// An address with a code that nobody asked for signs nobody in.
func TestSignInOfSomebodyElseIsRefused(t *testing.T) {
	c := open(t, nil)
	p := browser.Open(t)
	p.Goto(c.URL + "/desk/?code=stolen&state=guessed")
	p.ID("sign-in-with").Shown()
	p.ID("sign-in").Says("Sign in again")
	p.ID("connection").Gone()
}
