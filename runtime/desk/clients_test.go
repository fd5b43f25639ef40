//go:build clients

package desk_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/snapshot"
)

// node runs the tests in files with Node.js, which has the WebSocket of browsers: one
// after the other, for they have one runtime.
func node(t *testing.T, pattern string, env ...string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests in %s: %v", pattern, err)
	}
	run := exec.CommandContext(t.Context(), "node", append([]string{"--experimental-websocket", "--no-warnings", "--test", "--test-concurrency=1"}, files...)...)
	run.Env = append(os.Environ(), env...)
	if out, err := run.CombinedOutput(); err != nil {
		t.Errorf("node --test %s: %v\n%s", pattern, err, out)
	} else if testing.Verbose() {
		t.Logf("%s", out)
	}
}

// The core, by itself.
func TestCore(t *testing.T) {
	node(t, "site_test/*.test.mjs")
}

// The core against a runtime.
func TestCoreAgainstARuntime(t *testing.T) {
	s := site.Unprogrammed(t)
	config := s.Config()
	// Who acts over HTTP alone is absent, and wrap-ups run out: neither is to happen to
	// tests whose machine is slow.
	config.Sessions.DisconnectGrace = snapshot.Duration(time.Hour)
	for i := range config.Lists {
		if w := config.Lists[i].WrapUp; w != nil {
			w.Timeout = snapshot.Duration(time.Hour)
		}
	}
	s.Program(config)
	keys := map[string]string{}
	for _, c := range s.Config().Channels {
		keys[c.Name] = site.Key(c.Name)
	}
	stand, err := json.Marshal(map[string]any{"url": s.URL, "issuer": s.Issuer.URL(), "keys": keys})
	if err != nil {
		t.Fatal(err)
	}
	node(t, "site_test/live/*.test.mjs", "DESK_STAND="+string(stand))
}
