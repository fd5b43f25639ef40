package desk

import (
	"testing"
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
