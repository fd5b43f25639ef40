package desk

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/pullmode/operator/hack/clients/browser"
)

func TestInboxShowsAMessageAtOnce(t *testing.T) {
	c := open(t, nil)
	a := c.signIn(t, "alice")
	began := time.Now()
	john := c.john("page")
	a.row(john).Shown()
	t.Logf("the row is there %s after the message was posted", time.Since(began).Round(time.Millisecond))
	a.row(john).Says("Facebook", "John Williams", "john", "Unread", "Customer care", "now")
	a.row(john).Silent("Joined")

	// Who gives no name is called what the channel says.
	jane := c.customer("shop", "+4915112345678", "", "Where is my order?")
	a.row(jane).Says("WhatsApp", "Jane Doe", "+4915112345678", "Unread", "Orders")
}

func TestInboxShowsWhatARequestIsIn(t *testing.T) {
	c := open(t, nil)
	john := c.john("page")
	a := c.signIn(t, "alice")
	dot := func(state, colour string) {
		t.Helper()
		a.row(john).Says(state)
		hue := browser.Get[[]int](a.row(john), `getComputedStyle(this.querySelector(".dot")).backgroundColor.match(/\d+/g).slice(0, 3).map(Number)`)
		if got := named(hue); got != colour {
			t.Errorf("the dot of %s is %s %v, want %s", state, got, hue, colour)
		}
	}
	dot("Unread", "red")
	c.joins(t, "bob", john)
	dot("Active", "green")
	a.row(john).Silent("Joined")
	c.joins(t, "alice", john)
	a.row(john).Says("Joined")
	c.as(t, "alice", http.MethodPost, "/v1/requests/"+john+"/leave", nil)
	c.as(t, "bob", http.MethodPost, "/v1/requests/"+john+"/leave", nil)
	dot("Inactive", "grey")
	c.joins(t, "bob", john)
	c.as(t, "bob", http.MethodPost, "/v1/requests/"+john+"/close", nil)
	a.row(john).Gone()
}

// named is what people call a colour.
func named(rgb []int) string {
	r, g, b := rgb[0], rgb[1], rgb[2]
	switch {
	case max(r, g, b)-min(r, g, b) < 40:
		return "grey"
	case r == max(r, g, b):
		return "red"
	case g == max(r, g, b):
		return "green"
	}
	return "blue"
}

// shows waits until the rows are these, from top to bottom.
func (a agent) shows(t *testing.T, want ...string) {
	t.Helper()
	a.Until(fmt.Sprintf("the rows are %v", want), fmt.Sprintf(`JSON.stringify([...document.querySelectorAll('[data-testid^="row-"]')]
		.filter(r => r.checkVisibility()).map(r => r.dataset.testid.slice(4))) === JSON.stringify(%s)`, quoted(want)))
}

func TestInboxFiltersAndSorts(t *testing.T) {
	c := open(t, nil)
	care := c.customer("page", "ann", "Ann", "Hello")
	order := c.customer("shop", "zoe", "Zoë", "Hello")
	complaint := c.customer("site", "bea", "Bea", "Hello")
	c.joins(t, "bob", complaint)
	a := c.signIn(t, "alice")
	a.shows(t, care, order, complaint) // the newest at the bottom

	a.ID("sort").Choose("Newest at the top")
	a.shows(t, complaint, order, care)
	a.Reload() // the order is kept
	a.live()
	a.shows(t, complaint, order, care)
	a.ID("sort").Choose("Newest at the bottom")

	status := a.ID("filter-state")
	status.Role("radio", "Active").Click()
	a.shows(t, complaint)
	status.Role("radio", "Unread").Click()
	a.shows(t, care, order)
	a.ID("filter-list").Choose("Orders")
	a.shows(t, order)
	status.Role("radio", "Active").Click()
	a.shows(t)
	a.Role("button", "Clear the filters").Click()
	a.shows(t, care, order, complaint)
	a.ID("find").Fill("nobody")
	a.shows(t)
	a.ID("find").Fill("zo")
	a.shows(t, order)
	a.ID("find").Fill("")

	a.part("list-orders").Click()
	a.shows(t, order)
	if want := c.URL + "/desk/lists/orders"; a.URL() != want {
		t.Errorf("at %s, want %s", a.URL(), want)
	}
	a.Reload()
	a.live()
	a.shows(t, order)
}

func TestInboxViews(t *testing.T) {
	c := open(t, nil)
	waits := c.customer("page", "ann", "Ann", "Hello")
	pending := c.customer("page", "bea", "Bea", "Hello")
	soon := c.customer("door", "cid", "Cid", "Hello")
	overdue := c.customer("siren", "dee", "Dee", "Help!")
	c.joins(t, "bob", pending)
	c.joins(t, "alice", soon)
	c.Call(c.Key(), http.MethodPut, "/v1/channels/page/customers/ann/presence", map[string]any{"online": true}, nil)
	a := c.signIn(t, "alice")
	all := []string{waits, pending, soon, overdue}
	tests := map[string][]string{
		"view-all":       all,
		"view-joined":    {soon},
		"view-online":    {waits},
		"view-repNeeded": {waits, overdue},
		"view-pending":   {pending, soon},
		"view-soon":      {soon},
		"view-overdue":   {overdue},
		"channel-page":   {waits, pending},
	}
	for view, want := range tests {
		a.part(view).Says(fmt.Sprint(len(want))).Click()
		a.shows(t, want...)
		a.part(view).Is(`this.ariaCurrent === "page"`)
	}
}
