package desk

import (
	"testing"

	"github.com/pullmode/operator/hack/clients/browser"
)

func TestSubscriptionsAreManaged(t *testing.T) {
	c := open(t, nil)
	john := c.john("page")
	first, second := c.signIn(t, "dave"), c.signIn(t, "dave") // who is subscribed to nothing yet
	first.row(john).Gone()
	first.part("list-care").Gone()

	first.ID("manage-subscriptions").Click()
	dialog := first.ID("dialog-subscriptions")
	dialog.Says("Customer care", "Questions and comments on the company's pages", "Orders", "Grab")
	dialog.ID("subscribe-care").Click()
	for _, a := range []agent{first, second} { // everywhere at once
		a.part("list-care").Says("Customer care")
		a.row(john).Shown()
	}
	first.alert(john).Gone() // it was there before
	ann := c.customer("page", "ann", "Ann", "Hello")
	second.alert(ann).Shown()

	dialog.ID("subscribe-care").Click()
	for _, a := range []agent{first, second} {
		a.part("list-care").Gone()
		a.row(john).Gone()
		a.alert(ann).Gone()
	}
	dialog.Role("button", "Done").Click()
	dialog.Gone()
}

// Who has chosen no list is led to them, and is in the inbox afterwards.
func TestWhoHasNoListIsLedToThem(t *testing.T) {
	c := open(t, nil)
	john := c.john("page")
	a := c.signIn(t, "dave")
	a.Size(browser.Phone) // where the way in the navigation is out of sight
	a.Role("button", "Choose lists").Click()
	a.ID("subscribe-care").Click()
	a.row(john).Shown()
	a.Press("Escape")
	a.Role("heading", "All").Is("this === document.activeElement")

	b := c.signIn(t, "nobody") // who may subscribe to none
	b.Until("it says whom to ask", `document.body.innerText.includes("Ask whoever looks after the lists")`)
	if n := b.Role("button", "Choose lists").Count(); n != 0 {
		t.Error("who has nothing to choose is offered to")
	}
}

// What one has joined stays, also when its list goes.
func TestJoinedStaysWithoutItsList(t *testing.T) {
	c := open(t, nil)
	john, ann := c.john("page"), c.customer("page", "ann", "Ann", "Hello")
	a := c.signIn(t, "alice")
	a.join(john)
	a.ID("manage-subscriptions").Click()
	a.ID("subscribe-care").Click()
	a.row(ann).Gone()
	a.row(john).Says("Joined")
}
