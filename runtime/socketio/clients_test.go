//go:build clients

package socketio_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/socketio"
)

// The versions of the published library that are tried: the one that the published
// contract names, and the newest.
var libraries = []string{"socket.io-client-4.4.0", "socket.io-client"}

var choices = map[string]string{"polling": "polling", "websocket": "websocket", "upgrade": "polling,websocket"}

// packages is the folder of the libraries.
var packages = sync.OnceValues(func() (string, error) {
	out, err := exec.Command(filepath.Join("..", "..", "hack", "clients", "install.sh")).Output()
	return filepath.Join(strings.TrimSpace(string(out)), "node_modules"), err
})

// node runs a script and returns what it prints.
func node(t *testing.T, script string, args ...string) []byte {
	t.Helper()
	folder, err := packages()
	if err != nil {
		t.Fatalf("install the clients: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", append([]string{filepath.Join("testdata", script)}, args...)...)
	cmd.Env = append(os.Environ(), "NODE_PATH="+folder)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	return out
}

func TestThePublishedLibrary(t *testing.T) {
	_, url := serve(t, socketio.Options{PingInterval: 100 * time.Millisecond}) // so that pings are amid everything
	scenarios := []string{
		"is answered", "answers", "is told before and behind its connect", "is refused", "finds no other namespace",
		"leaves and comes again", "is dropped and connects again", "is dropped in the midst of the upgrade", "is disconnected for good",
		"loses the network and connects again", "sends and gets what is large", "sends bytes", "keeps the order each way",
		"outlives a fault", "answers pings",
	}
	for _, library := range libraries {
		for choice, transports := range choices {
			for _, scenario := range scenarios {
				t.Run(library+"/"+choice+"/"+scenario, func(t *testing.T) {
					t.Parallel()
					node(t, "client.cjs", library, transports, scenario, url)
				})
			}
		}
	}
}

func TestNoConnectIsLost(t *testing.T) {
	tests := map[string]struct {
		transports string
		count      int
	}{
		"websocket":        {"websocket", 5000},
		"polling upgraded": {"polling,websocket", 1000},
	}
	for name, tc := range tests {
		for _, library := range libraries {
			t.Run(name+"/"+library, func(t *testing.T) {
				t.Parallel()
				_, url := serve(t, socketio.Options{})
				out := node(t, "connects.cjs", library, tc.transports, strconv.Itoa(tc.count), url)
				var got struct {
					Connected, Lost int
				}
				if err := json.Unmarshal(out, &got); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				if got.Connected != tc.count || got.Lost != 0 {
					t.Errorf("%d connected and %d were lost of %d", got.Connected, got.Lost, tc.count)
				}
			})
		}
	}
}
