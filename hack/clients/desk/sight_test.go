package desk

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pullmode/operator/hack/clients/browser"
)

// inSight waits until the whole of an element is seen: no edge cuts it, and nothing is in
// front of it.
func inSight(e browser.Element) {
	e.Is(`(box => [[1, 1], [1, box.height - 1], [box.width - 1, 1], [box.width - 1, box.height - 1], [box.width / 2, box.height / 2]]
		.every(([x, y]) => {
			const front = document.elementFromPoint(box.left + x, box.top + y);
			return front && (this === front || this.contains(front));
		}))((r => ({left: r.left + 4, top: r.top + 4, width: r.width - 8, height: r.height - 8}))(this.getBoundingClientRect()))`)
}

// What one works with is in sight while an offer stands, however much one has written.
func TestOffersCoverNothing(t *testing.T) {
	c := open(t, nil)
	b, a := c.signIn(t, "bob"), c.signIn(t, "alice")
	c.there("alice")
	a.join(c.john("page"))
	zoe := c.customer("page", "zoe", "Zoë", "May I speak to somebody?")
	b.join(zoe)
	c.as(t, "bob", http.MethodPost, "/v1/requests/"+zoe+"/invite", map[string]string{"agent": "alice"})
	a.composer().Fill(strings.Repeat("All work and no play. ", 100))
	for _, screen := range []browser.Screen{browser.Desktop, browser.Tablet, browser.Narrow} {
		a.Size(screen)
		a.composer().Focus()
		inSight(a.ID("send"))
		inSight(a.offer().Like("button", "^Accept"))
		inSight(a.offer().Like("button", "^Decline"))
	}

	// What one has offered oneself takes nothing away either.
	a.Size(browser.Desktop)
	a.handOn("Invite", "Orders")
	a.composer().Focus()
	for _, screen := range []browser.Screen{{Name: "on its side", Width: 844, Height: 390, Touch: true}, browser.Narrow} {
		a.Size(screen)
		inSight(a.conversation().Role("button", "Take back"))
		inSight(a.ID("send"))
	}

	// With its keyboard on the screen.
	a.Size(browser.Screen{Name: "typing", Width: browser.Narrow.Width, Height: 320, Touch: true})
	inSight(a.ID("send"))
}

// Where nothing hovers there is room for all that a row tells, and for its Join.
func TestRowsShowAllOnTouchScreens(t *testing.T) {
	c := open(t, nil)
	soon, overdue := c.customer("door", "cid", "Cid", "Hello"), c.customer("siren", "dee", "Dee", "Help!")
	a := c.signIn(t, "alice")
	wide := browser.Screen{Name: "wide", Width: 1180, Height: 820, Touch: true}
	for _, screen := range []browser.Screen{browser.Narrow, browser.Tablet, wide} {
		a.Size(screen)
		c.Call(c.Token("alice"), http.MethodDelete, "/v1/alerts", nil, nil)
		for id, says := range map[string]string{soon: "Soon", overdue: "Overdue"} {
			a.row(id).Says(says)
			inSight(a.row(id).CSS(".row-time").Is(`/now|ago/.test(this.innerText)`))
			inSight(a.row(id).CSS(".pill:not([hidden])"))
			inSight(a.row(id).Like("button", "^Join"))
		}
	}
}
