package desk

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pullmode/operator/hack/clients/browser"
	"github.com/pullmode/operator/hack/clients/kit"
)

// agent is somebody at their desk.
type agent struct {
	*browser.Page
	name string
}

func (a agent) row(request string) browser.Element   { return a.ID("row-" + request) }
func (a agent) alert(request string) browser.Element { return a.ID("alert-" + request) }
func (a agent) conversation() browser.Element        { return a.CSS(`[data-testid^="conversation-"]`) }
func (a agent) composer() browser.Element            { return a.ID("composer") }

// part is the way to a part of the inbox: view-joined, list-orders, channel-page.
func (a agent) part(name string) browser.Element { return a.ID(name) }

// offer is the one offer that there is to this agent.
func (a agent) offer() browser.Element { return a.CSS(`[data-testid^="offer-"]`) }

// status waits until the desk says of its connection that it is one of these.
func (a agent) status(is ...string) {
	a.ID("connection").Is(quoted(is) + `.includes(this.dataset.status)`)
}

// live waits until the desk is connected.
func (a agent) live() { a.status("live", "back") }

// join joins a request from its row, and waits until its conversation is there.
func (a agent) join(request string) {
	a.row(request).Hover().Like("button", "^Join").Click()
	a.ID("conversation-" + request).ID("composer").Shown()
}

// open opens the conversation of a row.
func (a agent) open(request string) {
	a.row(request).Click()
	a.ID("conversation-" + request).Shown()
}

// say sends a message in the conversation that is open.
func (a agent) say(text string) {
	a.composer().Fill(text)
	a.Press("Enter")
	a.conversation().Says(text)
}

// signIn opens the desk in a browser of its own, and signs in.
func (c centre) signIn(t *testing.T, name string, groups ...string) agent {
	t.Helper()
	a := agent{Page: browser.Open(t), name: name}
	a.Goto(c.URL + "/desk/")
	a.identify(groups...)
	a.live()
	return a
}

// there waits until the runtime tells others that an agent is: it does so a while after
// they have connected, and a dialog asks once.
func (c centre) there(agent string) {
	c.Eventually(agent+" is there", func() bool {
		var targets struct{ Agents []struct{ Name string } }
		c.Call(c.Token("sam", "supervisors"), http.MethodGet, "/v1/transfer-targets", nil, &targets)
		return slices.ContainsFunc(targets.Agents, func(a struct{ Name string }) bool { return a.Name == agent })
	})
}

// identify goes on to the development issuer's page, and says there who one is.
func (a agent) identify(groups ...string) {
	a.ID("sign-in-with").Click()
	a.Like("textbox", "(?i)name").Fill(a.name)
	a.Like("textbox", "(?i)groups").Fill(strings.Join(groups, " "))
	a.Like("button", "(?i)sign in").Click()
}

// john is a customer with a name, whose message opens a request on a channel.
func (c centre) john(channel string) string {
	return c.customer(channel, "john", "John Williams", "Do you deliver on Sundays?")
}

// customer posts a message.
func (c centre) customer(channel, id, name, text string) string {
	return c.Post(channel, kit.Message{Customer: kit.Customer{ID: id, Name: name}, Text: text}).Request
}

// as does something as an agent whose desk is not looked at.
func (c centre) as(t *testing.T, agent, method, path string, body any) {
	t.Helper()
	c.Call(c.Token(agent), method, path, body, nil)
}

// joins has an agent join whose desk is not looked at.
func (c centre) joins(t *testing.T, agent, request string) {
	t.Helper()
	c.as(t, agent, http.MethodPost, "/v1/requests/"+request+"/join", nil)
}

// quoted is a list as JavaScript has it.
func quoted(words []string) string {
	text, err := json.Marshal(append([]string{}, words...))
	if err != nil {
		panic(err) // strings are always JSON
	}
	return string(text)
}
