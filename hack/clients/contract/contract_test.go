// Package contract_test drives the published agent contract with the client library
// that desks have: a desk of the kind that exists, in both versions of the library,
// both profiles and both transports.
package contract_test

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pullmode/operator/hack/clients/kit"
)

//go:embed testdata/centre.yaml
var centre string

// setup is what a script is given.
type setup struct {
	Library    string            `json:"library"`
	URL        string            `json:"url"`
	Transports []string          `json:"transports"`
	Profile    string            `json:"profile"`
	Tokens     map[string]string `json:"tokens"`
	Key        string            `json:"key"`
	Count      int               `json:"count,omitempty"`
}

// play runs a script against a runtime and gives what it wrote.
func play(t *testing.T, r *kit.Runtime, script string, s setup) string {
	t.Helper()
	said, err := begin(t, r, script, s)()
	if err != nil {
		t.Fatal(err)
	}
	return said
}

// begin is play beside the test: what it gives waits for the script's end.
func begin(t *testing.T, r *kit.Runtime, script string, s setup) (end func() (string, error)) {
	t.Helper()
	s.URL, s.Key = r.URL, r.Key()
	if s.Tokens == nil {
		s.Tokens = map[string]string{"alice": r.Token("alice"), "bob": r.Token("bob")}
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return kit.Begin(t, []string{"SETUP=" + string(text)}, "testdata/"+script)
}

func serve(t *testing.T, sessionPolicy string) (*kit.Runtime, *kit.Receiver) {
	t.Helper()
	customers := kit.Receive(t)
	filled := strings.NewReplacer("${receiver}", customers.URL, "${sessionPolicy}", sessionPolicy).Replace(centre)
	return kit.Serve(t, fstest.MapFS{"centre.yaml": {Data: []byte(filled)}}), customers
}

var (
	libraries  = map[string]string{"4.4.0": "socket.io-client-4.4.0", "4.8.4": "socket.io-client"}
	profiles   = []string{"conversationId", "topicId"}
	transports = map[string][]string{"polling": {"polling"}, "websocket": {"websocket"}, "upgrade": {"polling", "websocket"}}
)

// each runs a test with every library, profile and transport.
func each(t *testing.T, test func(*testing.T, setup)) {
	for version, library := range libraries {
		for _, profile := range profiles {
			for name, over := range transports {
				t.Run(version+" "+profile+" "+name, func(t *testing.T) {
					test(t, setup{Library: library, Profile: profile, Transports: over})
				})
			}
		}
	}
}

// A day at a desk: subscribe, receive, join, say, leave, close, lose a grab, come back.
func TestStory(t *testing.T) {
	each(t, func(t *testing.T, s setup) {
		r, customers := serve(t, "Allow")
		play(t, r, "story.cjs", s)
		customers.Took(t, "Yes, until six.")
		if texts := customers.Texts(); len(texts) != 1 {
			t.Errorf("the customer got %q", texts)
		}
	})
}

func TestSessionReplaced(t *testing.T) {
	r, _ := serve(t, "Replace")
	each(t, func(t *testing.T, s setup) { play(t, r, "replaced.cjs", s) })
}

// Not one CONNECT of thousands is lost.
func TestConnectsInARow(t *testing.T) {
	r, _ := serve(t, "Allow")
	tokens := map[string]string{} // of so many that none of them comes more often than an agent may
	for n := range 200 {
		agent := fmt.Sprint("agent-", n)
		tokens[agent] = r.Token(agent)
	}
	for name, s := range map[string]setup{
		"websocket": {Library: libraries["4.8.4"], Transports: transports["websocket"]},
		"upgrade":   {Library: libraries["4.4.0"], Transports: transports["upgrade"]},
	} {
		t.Run(name, func(t *testing.T) {
			s.Tokens, s.Count = tokens, 5000
			var report struct {
				Connects int
				Lost     []string
			}
			said := play(t, r, "connects.cjs", s)
			if err := json.Unmarshal([]byte(said), &report); err != nil {
				t.Fatalf("%v: %s", err, said)
			}
			t.Log(strings.TrimSpace(said))
			if report.Connects != s.Count || len(report.Lost) > 0 {
				t.Errorf("%d of %d were lost: %q", len(report.Lost), report.Connects, report.Lost)
			}
		})
	}
}
