package desk

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pullmode/operator/hack/clients/browser"
)

// expectBreaks allows what a browser says of itself when connections break.
func (a agent) expectBreaks() {
	a.Allow(`WebSocket connection to .* failed`)
	a.Allow(`Failed to load resource: net::ERR_`)
}

// rings counts the alerts that are said aloud from now on.
func (a agent) rings() func() int {
	browser.Value[bool](a.Page, `(window.heard = [], new MutationObserver(changes => changes.forEach(c => c.addedNodes.forEach(
		n => heard.push(n.textContent)))).observe(document.body, {subtree: true, childList: true}), true)`)
	return func() int {
		return browser.Value[int](a.Page, `heard.filter(words => words.startsWith("New request")).length`)
	}
}

// listen remembers what an element says from now on. What it gives waits until it has
// said words, which may be gone again by then.
func (a agent) listen(e browser.Element) (said func(words string)) {
	e.Is(`(this.said = [], new MutationObserver(() => this.said.push(this.textContent))
		.observe(this, {subtree: true, childList: true, characterData: true}), true)`)
	return func(words string) { e.Is(fmt.Sprintf("this.said.includes(%q)", words)) }
}

func TestNetworkIsCutAndComesBack(t *testing.T) {
	c := open(t, nil)
	line := c.Line()
	a := agent{Page: browser.Open(t), name: "alice"}
	a.expectBreaks()
	a.Goto(line.URL + "/desk/")
	a.identify()
	a.live()
	john := c.john("page")
	a.alert(john).Shown()
	a.join(john)
	ann := c.customer("page", "ann", "Ann", "Hello")
	a.alert(ann).Shown()
	rings, said := a.rings(), a.listen(a.ID("connection"))
	a.composer().Fill("Half a sen")

	a.Offline(true)
	line.Cut()
	a.status("reconnecting")
	a.ID("banner").Says("offline")
	a.row(john).Shown() // what is known stays
	a.composer().Is(`this.value === "Half a sen"`)

	// Life goes on meanwhile.
	zoe := c.customer("shop", "zoe", "Zoë", "Where is my order?")
	c.customer("page", "john", "John Williams", "Are you there?")
	c.joins(t, "bob", ann)

	line.Mend()
	a.Offline(false)
	said("Back, none missed") // for a few seconds
	a.row(zoe).Shown()
	a.alert(zoe).Shown()
	a.row(ann).Says("Active")
	a.conversation().Says("Are you there?")
	a.composer().Is(`this.value === "Half a sen"`)
	a.alert(ann).Shown()
	a.alert(john).Gone()
	if n := rings(); n != 1 {
		t.Errorf("%d alerts rang, want that of Zoë alone", n)
	}
	a.live()
}

// What is done while there is no connection is done when there is one again, once.
func TestWhatIsSaidOfflineIsSentOnce(t *testing.T) {
	c := open(t, nil)
	line := c.Line()
	a := agent{Page: browser.Open(t), name: "alice"}
	a.expectBreaks()
	a.Stretch(10*time.Second, time.Hour) // how long what one says waits for a connection
	a.Goto(line.URL + "/desk/")
	a.identify()
	a.live()
	john := c.john("page")
	a.join(john)
	line.Cut()
	a.status("reconnecting")
	a.composer().Fill("Yes, until six.")
	a.Press("Enter")
	a.conversation().Says("Yes, until six.")
	a.ID("banner").Role("button", "Try now").Click() // in vain
	line.Mend()
	a.live()
	c.customers.Took(t, "Yes, until six.")
	a.say("Goodbye.")
	c.customers.Took(t, "Goodbye.")
	if got := strings.Join(c.customers.Texts(), "|"); got != "Yes, until six.|Goodbye." {
		t.Errorf("the customer got %q", got)
	}
}

// The page begins by itself when a file of it has not come: its network changed just
// then, or the runtime was upgraded.
func TestPageBeginsWhenItsFilesCome(t *testing.T) {
	c := open(t, nil)
	p := browser.Open(t)
	p.Allow(`Failed to load resource: net::ERR_BLOCKED_BY_CLIENT`)
	p.Block("http://*:*/desk/core/time.js")
	p.Goto(c.URL + "/desk/")
	p.ID("sign-in-with").Gone()
	p.Block()
	p.ID("sign-in-with").Shown()
}

func TestRuntimeIsRestarted(t *testing.T) {
	c := open(t, nil)
	a := c.signIn(t, "alice")
	a.expectBreaks()
	john, ann := c.john("page"), c.customer("page", "ann", "Ann", "Hello")
	a.alert(ann).Shown()
	a.join(john)
	a.composer().Fill("Half a sen")
	rings := a.rings()
	c.Stop()
	a.status("reconnecting", "unavailable")
	c.Start()
	a.live()
	a.row(john).Says("Joined")
	a.alert(ann).Shown()
	a.alert(john).Gone()
	a.composer().Is(`this.value === "Half a sen"`)
	zoe := c.customer("shop", "zoe", "Zoë", "Where is my order?")
	a.alert(zoe).Shown()
	if n := rings(); n != 1 {
		t.Errorf("%d alerts rang, want that of Zoë alone", n)
	}
	if n := browser.Value[int](a.Page, fmt.Sprintf(`document.querySelectorAll('[data-testid="row-%s"]').length`, john)); n != 1 {
		t.Errorf("the row is there %d times", n)
	}
}
