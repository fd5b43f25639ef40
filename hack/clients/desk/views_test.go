package desk

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pullmode/operator/hack/clients/browser"
	"github.com/pullmode/operator/hack/clients/kit"
)

// look looks at a view as everybody sees it: at a desk and on a phone, in light and in
// dark, with the eyes of axe, and on the narrowest phone.
func look(p *browser.Page, view string) {
	for _, screen := range []browser.Screen{browser.Desktop, browser.Phone} {
		p.Size(screen)
		for _, scheme := range []browser.Scheme{browser.Light, browser.Dark} {
			p.Prefer(scheme)
			p.Settle()
			name := strings.Join([]string{view, screen.Name, string(scheme)}, "-")
			p.Picture(name)
			p.Accessible(name)
		}
	}
	p.Size(browser.Narrow)
	p.Prefer(browser.Light)
	p.Settle()
	p.FitsItsWidth(view)
	p.Picture(view + "-narrow")
	p.Size(browser.Desktop)
}

func TestViewsOfWhoComesIn(t *testing.T) {
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
	c.as(t, "bob", http.MethodPost, "/v1/requests/"+zoe+"/invite", map[string]string{"agent": "alice"})
	a.offer().Shown()
	return a, john
}

func TestViewsOfTheInbox(t *testing.T) {
	c := open(t, nil)
	a, john := busy(t, c)
	views := map[string]func(){
		"conversation": func() { a.composer().Fill("It goes to the new address tomorr") },
		"too-long":     func() { a.composer().Fill(strings.Repeat("All work and no play. ", 187)) },
		"preview":      func() { a.Like("row", "Yusuf").Click(); a.conversation().Says("Hello?") },
		"inbox":        func() { a.Goto(c.URL + "/desk/"); a.live(); a.row(john).Shown() },
		"overdue":      func() { a.part("view-overdue").Click() },
		"nobody":       func() { a.part("view-online").Click() },
		"list":         func() { a.part("list-complaints").Click() },
		"channel":      func() { a.part("channel-page").Click() },
		"nothing":      func() { a.part("view-all").Click(); a.ID("find").Fill("Nobody at all") },
	}
	for _, name := range []string{"conversation", "too-long", "preview", "inbox", "overdue", "nobody", "list", "channel", "nothing"} {
		views[name]()
		look(a.Page, name)
	}
	a.ID("find").Fill("")
	a.Size(browser.Phone)
	a.Like("button", "^Views and lists").Click()
	a.Settle()
	a.Picture("drawer-phone-light")
	a.Accessible("drawer-phone-light")
	a.Prefer(browser.Dark)
	a.Settle()
	a.Picture("drawer-phone-dark")
	a.Accessible("drawer-phone-dark")
}

func TestViewsOfDialogs(t *testing.T) {
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

func TestViewsOfTrouble(t *testing.T) {
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
	line.Cut()
	a.status("reconnecting")
	look(a.Page, "reconnecting")
	line.Mend()
	a.ID("banner").Role("button", "Try now").Click()
	a.live()
	look(a.Page, "back")
}

func TestViewsOfElsewhere(t *testing.T) {
	c := open(t, map[string]string{"sessionPolicy": "Replace"})
	a := c.signIn(t, "alice")
	c.signIn(t, "alice")
	a.status("replaced")
	look(a.Page, "replaced")
}
