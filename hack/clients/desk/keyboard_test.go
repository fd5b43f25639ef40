package desk

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/pullmode/operator/hack/clients/browser"
)

// focused is what a screen reader says of what has the focus.
const focused = `(e => (e.ariaLabel || e.labels?.[0]?.innerText || e.innerText || e.id || e.tagName).trim())(document.activeElement)`

// tabTo presses a key until what has the focus is called so, and looks whether one sees
// where the focus is at every step.
func (a agent) tabTo(t *testing.T, key, name string) {
	t.Helper()
	var passed []string
	for range 80 {
		a.Press(key)
		now := browser.Value[string](a.Page, focused)
		if !browser.Value[bool](a.Page, `(s => s.outlineStyle !== "none" || s.boxShadow !== "none" || document.activeElement.matches("body, dialog"))(getComputedStyle(document.activeElement))`) {
			t.Errorf("nobody sees that the focus is on %q", now)
		}
		if now == name {
			return
		}
		passed = append(passed, now)
	}
	t.Fatalf("%s does not lead to %q, but over %q", key, name, passed)
}

func TestKeyboardAlone(t *testing.T) {
	c := open(t, nil)
	c.customer("page", "ann", "Ann", "Hello")
	a := c.signIn(t, "alice")
	john := c.john("page")
	a.alert(john).Shown()

	a.tabTo(t, "Tab", "Join John Williams")
	a.Press("Enter")
	a.composer().Is("this === document.activeElement")
	a.Type("Yes, until six.")
	a.Press("Enter")
	a.conversation().Says("Yes, until six.")
	c.customers.Took(t, "Yes, until six.")

	a.tabTo(t, "Shift+Tab", "Transfer")
	a.Press("Enter")
	a.ID("dialog-transfer").Shown()
	a.Press("Escape")
	a.ID("dialog-transfer").Gone()
	if now := browser.Value[string](a.Page, focused); now != "Transfer" {
		t.Errorf("after the dialog the focus is on %q", now)
	}

	a.tabTo(t, "Tab", "Close")
	a.Press("Enter")
	a.ID("dialog-close").Shown()
	a.tabTo(t, "Tab", "Close conversation")
	a.Press("Enter")
	a.row(john).Gone()
	if now := browser.Value[string](a.Page, "document.activeElement.tagName"); now == "BODY" {
		t.Error("the focus is lost when the conversation goes")
	}
}

func TestKeyboardMovesThroughTheInbox(t *testing.T) {
	c := open(t, nil)
	var all []string
	for i := range 5 {
		all = append(all, c.customer("page", fmt.Sprintf("c%d", i), fmt.Sprintf("Customer %d", i), "Hello"))
	}
	a := c.signIn(t, "alice")
	a.shows(t, all...)
	at := func(i int) { a.row(all[i]).Is("this === document.activeElement") }
	a.row(all[0]).Focus()
	a.Press("ArrowDown", "ArrowDown")
	at(2)
	a.Press("End")
	at(4)
	a.Press("Home")
	at(0)
	a.Press("Enter")
	a.conversation().Says("Customer 0")
	a.Press("Escape")
	a.conversation().Gone()
	at(0)
	a.Press("ArrowDown", "j")
	a.composer().Shown()
	a.row(all[1]).Says("Joined")
}

// Whoever works by keys goes on beside what they have done with, or what others have.
func TestFocusIsNeverLost(t *testing.T) {
	c := open(t, nil)
	a := c.signIn(t, "alice")
	john, zoe := c.john("page"), c.customer("page", "zoe", "Zoë", "May I speak to somebody?")
	c.joins(t, "bob", john)
	c.joins(t, "bob", zoe)
	at := func(e browser.Element) { t.Helper(); e.Is("this === document.activeElement") }

	c.there("alice")
	c.as(t, "bob", http.MethodPost, "/v1/requests/"+zoe+"/invite", map[string]string{"agent": "alice"})
	a.offer().Like("button", "^Decline").Focus()
	a.Press("Enter")
	a.offer().Gone()
	at(a.Role("heading", "All"))
	a.ID("dismiss-all").Focus()
	a.Press("Enter")
	a.ID("alerts").Gone()
	at(a.Role("heading", "All"))

	a.join(john)
	a.composer().Fill("Half a sen")
	at(a.composer())
	c.as(t, "bob", http.MethodPost, "/v1/requests/"+john+"/close", nil)
	a.composer().Gone()
	at(a.CSS("#conversation"))
}

// Every control says what it is, and the page has the parts that people jump to.
func TestScreenReaderFindsItsWay(t *testing.T) {
	c := open(t, nil)
	john := c.john("page")
	a := c.signIn(t, "alice")
	a.Like("navigation", "Views").Shown()
	a.Like("main", "").Shown()
	a.Role("heading", "All").Shown()
	a.Like("grid", "All").Shown()
	a.ID("connection").Is(`this.role === "status"`)
	a.row(john).Shown()
	rings := a.rings()
	ann := c.customer("page", "ann", "Ann", "Hello")
	a.alert(ann).Shown()
	if n := rings(); n != 1 {
		t.Errorf("a new request is said %d times", n)
	}
}
