package desk

import (
	"net/http"
	"testing"
)

func TestAlertsStayUntilDismissed(t *testing.T) {
	c := open(t, nil)
	first, second := c.signIn(t, "alice"), c.signIn(t, "alice") // two browsers
	john := c.john("page")
	for _, a := range []agent{first, second} {
		a.alert(john).Says("John Williams", "Customer care")
	}
	c.joins(t, "bob", john) // somebody else's join ends no alert
	first.row(john).Says("Active")
	first.alert(john).Shown()

	first.alert(john).Like("button", "(?i)dismiss").Click()
	first.alert(john).Gone()
	second.alert(john).Gone()
	first.row(john).Shown() // the request waits all the same

	first.Reload()
	first.live()
	first.row(john).Shown()
	first.alert(john).Gone()
}

func TestAlertsAreThereAfterAReload(t *testing.T) {
	c := open(t, nil)
	a := c.signIn(t, "alice")
	john := c.john("page")
	a.alert(john).Shown()
	a.Reload()
	a.live()
	a.alert(john).Shown()
}

func TestAlertsAreDismissedAtOnce(t *testing.T) {
	c := open(t, nil)
	first, second := c.signIn(t, "alice"), c.signIn(t, "alice")
	john, ann := c.john("page"), c.customer("shop", "ann", "Ann", "Hello")
	for _, a := range []agent{first, second} {
		a.alert(john).Shown()
		a.alert(ann).Shown()
	}
	first.Like("button", "(?i)dismiss all").Click()
	for _, a := range []agent{first, second} {
		a.alert(john).Gone()
		a.alert(ann).Gone()
		a.row(john).Shown()
		a.row(ann).Shown()
	}
}

func TestAlertsEndWithWhatTheyAreOf(t *testing.T) {
	c := open(t, nil)
	a := c.signIn(t, "alice")
	joined, closed, grabbed := c.john("page"), c.customer("page", "ann", "Ann", "Hello"), c.customer("shop", "zoe", "Zoë", "Hello")
	for _, request := range []string{joined, closed, grabbed} {
		a.alert(request).Shown()
	}
	c.joins(t, "alice", joined) // on another device
	a.alert(joined).Gone()
	c.Call(c.Key(), http.MethodPost, "/v1/channels/page/sessions/ann/end", nil, nil)
	a.alert(closed).Gone()
	c.joins(t, "bob", grabbed)
	a.alert(grabbed).Gone()
}

func TestAlertsJoin(t *testing.T) {
	c := open(t, nil)
	a := c.signIn(t, "alice")
	john := c.john("page")
	a.alert(john).Like("button", "^Join").Click()
	a.alert(john).Gone()
	a.composer().Shown()
	a.row(john).Says("Joined")
}
