// Package desk tries the web inbox at /desk/ as agents use it, in Chromium.
package desk

import (
	_ "embed"
	"os"
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
