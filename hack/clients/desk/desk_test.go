// Package desk tries the web inbox at /desk/ as agents use it, in Chromium.
package desk

import (
	_ "embed"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pullmode/operator/hack/clients/browser"
	"github.com/pullmode/operator/hack/clients/kit"
)

func TestMain(m *testing.M) { os.Exit(browser.Main(m)) }

//go:embed testdata/team.yaml
var team string

// centre is a contact centre that runs, and its customers' side.
type centre struct {
	*kit.Runtime
	customers *kit.Receiver
}

// open starts a contact centre. Change says what is different from the usual in
// team.yaml.
func open(t *testing.T, change map[string]string, flags ...string) centre {
	t.Helper()
	c := centre{customers: kit.Receive(t)}
	filled := os.Expand(team, func(name string) string {
		if value, ok := change[name]; ok {
			return value
		}
		return map[string]string{
			"receiver": c.customers.URL, "sessionPolicy": "Allow", "description": "What went wrong, and how we make up for it",
		}[name]
	})
	c.Runtime = kit.Serve(t, fstest.MapFS{"team.yaml": {Data: []byte(filled)}}, flags...)
	return c
}

// agent is somebody at their desk.
type agent struct {
	*browser.Page
	name string
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

// identify says at the development issuer's page who one is.
func (a agent) identify(groups ...string) {
	a.Like("textbox", "(?i)name").Fill(a.name)
	a.Like("textbox", "(?i)groups").Fill(strings.Join(groups, " "))
	a.Like("button", "(?i)sign in").Click()
}

// live waits until the desk is connected.
func (a agent) live() { a.ID("connection").Is(`this.dataset.status === "live"`) }
