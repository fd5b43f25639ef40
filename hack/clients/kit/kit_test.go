package kit_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pullmode/operator/hack/clients/kit"
)

// samples is what a newcomer serves first.
var samples = os.DirFS("../../../config/samples")

func TestServeKeepsRequestsOverARestart(t *testing.T) {
	r := kit.Serve(t, samples)
	url := r.URL
	posted := r.Post("c2", kit.Message{Customer: kit.Customer{ID: "john", Name: "John Williams"}, Text: "Hello"})
	r.Restart()
	if r.URL != url {
		t.Errorf("at %s after the restart, was %s", r.URL, url)
	}
	var page struct {
		Requests []struct{ ID string }
	}
	r.Call(r.Token("alice"), http.MethodGet, "/v1/requests", nil, &page)
	if len(page.Requests) != 1 || page.Requests[0].ID != posted.Request {
		t.Errorf("got %+v, want %s", page, posted.Request)
	}
}

func TestNodeFindsThePackages(t *testing.T) {
	script := filepath.Join(t.TempDir(), "version.cjs")
	source := `console.log(require("socket.io-client/package.json").version, require("socket.io-client-4.4.0/package.json").version, process.env.WHO)`
	if err := os.WriteFile(script, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := kit.Node(t, []string{"WHO=me"}, script); strings.TrimSpace(got) != "4.8.4 4.4.0 me" {
		t.Errorf("got %q", got)
	}
}
