package desk

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pullmode/operator/hack/clients/browser"
	"github.com/pullmode/operator/hack/clients/kit"
)

// look looks at a view with a person's eyes and those of axe.
type look func(p *browser.Page, view string)

// onEveryScreen shows views at a desk, on phones and on a tablet. Each is shown anew: a page that has
// been on a phone has lost its mouse.
func onEveryScreen(t *testing.T, show func(*testing.T, look)) {
	t.Run("desktop", func(t *testing.T) {
		show(t, func(p *browser.Page, view string) { inBothSchemes(p, view, browser.Desktop) })
	})
	t.Run("phone", func(t *testing.T) {
		show(t, func(p *browser.Page, view string) {
			p.Size(browser.Phone)
			inBothSchemes(p, view, browser.Phone)
			for _, screen := range []browser.Screen{browser.Narrow, browser.Tablet} {
				p.Size(screen)
				p.Settle()
				p.FitsItsWidth(view)
				p.Picture(view + "-" + screen.Name)
			}
			p.Size(browser.Desktop) // where the way to the next view is
		})
	})
}

func inBothSchemes(p *browser.Page, view string, on browser.Screen) {
	for _, scheme := range []browser.Scheme{browser.Dark, browser.Light} {
		p.Prefer(scheme)
		p.Settle()
		name := strings.Join([]string{view, on.Name, string(scheme)}, "-")
		p.Picture(name)
		p.Accessible(name)
	}
}

func TestViewsOfWhoComesIn(t *testing.T) { onEveryScreen(t, showWhoComesIn) }

func showWhoComesIn(t *testing.T, look look) {
	c := open(t, nil)
	a := agent{Page: browser.Open(t), name: "nobody"}
	a.Goto(c.URL + "/desk/")
	a.ID("sign-in-with").Shown()
	look(a.Page, "sign-in")
	a.identify()
	a.live()
	a.Role("heading", "All").Shown()
	look(a.Page, "no-lists")

	d := c.signIn(t, "dave")
	d.Role("heading", "All").Shown()
	look(d.Page, "nothing-subscribed")

	p := browser.Open(t)
	p.Goto(c.URL + "/desk/?error=access_denied&state=unknown")
	p.ID("sign-in-with").Shown()
	look(p, "sign-in-failed")

	p = browser.Open(t)
	p.Allow("404")
	p.Goto(c.URL + "/desk/no-such-file.js")
	p.Like("link", "(?i)desk|inbox").Shown()
	look(p, "not-found")
}

// busy is an hour at the desk: requests of every kind, a conversation, an offer.
func busy(t *testing.T, c centre) (a agent, john string) {
	t.Helper()
	b := c.signIn(t, "bob")
	a = c.signIn(t, "alice", "night-shift")
	john = c.john("page")
	a.join(john)
	a.say("Good morning, John. Yes, we do: from eight until two, in the whole city.")
	c.customer("page", "john", "John Williams", "Great. And can I change the address of order 4711? I have moved, and the parcel would go to the old flat.\nhttps://example.com/orders/4711")
	c.Post("page", kit.Message{Customer: kit.Customer{ID: "john", Name: "John Williams"}, Attachments: []kit.Attachment{
		{URL: "https://example.com/proof-of-residence.pdf", Name: "proof-of-residence.pdf", ContentType: "application/pdf"},
	}})
	a.say("Of course. What is the new one?")
	c.Call(c.Key(), http.MethodPut, "/v1/channels/page/customers/john/presence", map[string]any{"online": true, "location": "Leeds"}, nil)
	a.conversation().Says("proof-of-residence.pdf", "What is the new one?")

	c.customer("shop", "+4915112345678", "", "Where is my order?")
	c.customer("site", "maria@example.com", "María-José Carreño Quiñones de la Vega y Fernández", "The app says that my card was declined, but the money is gone.")
	c.customer("door", "visitor-77", "Yusuf", "Hello?")
	emergency := c.customer("siren", "unit-12", "Łucja Wiśniewska", "The lift is stuck between two floors.")
	c.joins(t, "bob", emergency)
	left := c.customer("page", "sara", "سارة الحسيني", "هل يوجد أحد؟")
	c.joins(t, "bob", left)
	c.as(t, "bob", http.MethodPost, "/v1/requests/"+left+"/leave", nil)
	zoe := c.customer("page", "zoe", "Zoë Ó Briain", "May I speak to somebody about my contract?")
	b.join(zoe)
	c.there("alice")
	c.as(t, "bob", http.MethodPost, "/v1/requests/"+zoe+"/invite", map[string]string{"agent": "alice"})
	a.offer().Shown()
	return a, john
}

func TestViewsOfTheInbox(t *testing.T) { onEveryScreen(t, showTheInbox) }

func showTheInbox(t *testing.T, look look) {
	c := open(t, nil)
	a, john := busy(t, c)
	views := map[string]func(){
		"conversation": func() { a.composer().Fill("It goes to the new address tomorr") },
		"too-long":     func() { a.composer().Fill(strings.Repeat("All work and no play. ", 187)) },
		"preview":      func() { a.Like("row", "Yusuf").Click(); a.conversation().Says("Hello?") },
		"inbox":        func() { a.Goto(c.URL + "/desk/"); a.live(); a.row(john).Shown() },
		"overdue":      func() { a.part("view-overdue").Click() },
		"online":       func() { a.part("view-online").Click() },
		"list":         func() { a.part("list-complaints").Click() },
		"channel":      func() { a.part("channel-page").Click() },
		"nothing":      func() { a.part("view-all").Click(); a.ID("find").Fill("Nobody at all") },
	}
	for _, name := range []string{"conversation", "too-long", "preview", "inbox", "overdue", "online", "list", "channel", "nothing"} {
		views[name]()
		look(a.Page, name)
	}
	a.ID("find").Fill("")
}

func TestViewOfTheDrawer(t *testing.T) {
	c := open(t, nil)
	a, _ := busy(t, c)
	a.Size(browser.Phone)
	a.Press("Escape") // back to the inbox
	a.Like("button", "^Views and lists").Click()
	inBothSchemes(a.Page, "drawer", browser.Phone)
}

func TestViewsOfDialogs(t *testing.T) { onEveryScreen(t, showDialogs) }

func showDialogs(t *testing.T, look look) {
	c := open(t, nil)
	a, john := busy(t, c)
	bea := c.customer("site", "bea", "Bea", "It is broken.")
	press := func(name string) { a.ID("action-" + name).Click() }
	dialogs := []struct {
		name string
		show func()
	}{
		{"transfer", func() { press("transfer") }},
		{"invite", func() { press("invite") }},
		{"close", func() { press("close") }},
		{"subscriptions", func() { a.ID("manage-subscriptions").Click() }},
		{"help", func() { a.Like("button", "^Keyboard").Click() }},
		{"sign-out", func() { a.ID("me").Click(); a.Like("button", "^Sign out").Click() }},
		{"wrap-up", func() { a.join(bea); press("leave") }},
	}
	for _, d := range dialogs {
		d.show()
		a.ID("dialog-" + d.name).Shown()
		look(a.Page, "dialog-"+d.name)
		a.Press("Escape")
		a.ID("dialog-" + d.name).Gone()
	}
	a.row(john).Shown()
	look(a.Page, "wrap-up-due")
	a.ID("me").Click()
	a.Like("dialog", "Settings").Shown()
	look(a.Page, "menu")
}

func TestViewsOfTrouble(t *testing.T) { onEveryScreen(t, showTrouble) }

func showTrouble(t *testing.T, look look) {
	c := open(t, nil)
	line := c.Line()
	a := agent{Page: browser.Open(t), name: "alice"}
	a.expectBreaks()
	a.Goto(line.URL + "/desk/")
	a.identify()
	a.live()
	a.join(c.john("page"))
	c.customers.Refuse()
	a.say("Yes, until six.")
	a.conversation().Says("the customer has blocked this page")
	look(a.Page, "not-delivered")
	a.Offline(true)
	line.Cut()
	a.status("reconnecting")
	look(a.Page, "offline")
	line.Mend()
	a.Offline(false) // the browser says that there is a network: nobody has to wait
	a.live()
	look(a.Page, "back")
}

func TestViewsOfElsewhere(t *testing.T) { onEveryScreen(t, showElsewhere) }

func showElsewhere(t *testing.T, look look) {
	c := open(t, map[string]string{"sessionPolicy": "Replace"})
	a := c.signIn(t, "alice")
	c.signIn(t, "alice")
	a.status("replaced")
	look(a.Page, "replaced")
}
