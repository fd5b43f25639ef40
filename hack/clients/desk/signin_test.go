package desk

import (
	"fmt"
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

	browser.Value[bool](a.Page, "window.before = true")
	a.ID("me").Click()
	a.Like("button", "^Sign out").Click()
	a.ID("dialog-sign-out").Role("button", "Sign out").Click()
	a.Until("the issuer has sent the agent back", "!window.before && document.readyState === 'complete'")
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

// A token is renewed before it runs out, twice, on the connection that there is: nobody
// who sits at the desk sees anything of it.
func TestTokenIsRenewedOnTheLivingConnection(t *testing.T) {
	c := open(t, nil, "--token-ttl", "5s") // it counts 30 s longer, by the clock skew
	a := c.signIn(t, "alice")
	browser.Value[bool](a.Page, `(window.statuses = [], new MutationObserver(() => statuses.push(document.querySelector('[data-testid="connection"]').dataset.status))
		.observe(document.querySelector('[data-testid="connection"]'), {attributes: true, attributeFilter: ['data-status']}), true)`)
	for _, renewed := range []string{"the first token is renewed", "the first token is over, and the second one renewed"} {
		before := browser.Value[int](a.Page, tokens)
		a.Until(renewed, fmt.Sprintf("%s > %d", tokens, before))
	}
	if statuses := browser.Value[string](a.Page, "statuses.join()"); statuses != "" {
		t.Errorf("the connection became %s meanwhile", statuses)
	}
	a.alert(c.john("page")).Shown()
}

// tokens is how many times the page has asked the issuer for a token.
const tokens = `performance.getEntriesByType("resource").filter(e => new URL(e.name).pathname.endsWith("/token")).length`
