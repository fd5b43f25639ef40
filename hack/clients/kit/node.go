package kit

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Node runs a script with Node.js, where `require` finds the packages of
// package.json, and gives what it wrote to stdout. Env are further variables,
// `NAME=value`. A script that fails fails the test. An ES module has to go through
// `createRequire` of node:module: `import` looks for packages beside the script alone.
func Node(t testing.TB, env []string, script string, args ...string) string {
	t.Helper()
	out, err := Begin(t, env, script, args...)()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Begin is Node beside the test: what it gives waits for the script's end, from
// whichever goroutine.
func Begin(t testing.TB, env []string, script string, args ...string) (end func() (string, error)) {
	t.Helper()
	node := exec.CommandContext(t.Context(), "node", append([]string{script}, args...)...)
	node.Env = append(append(os.Environ(), "NODE_PATH="+Modules(t)), env...)
	var out strings.Builder
	node.Stdout = &out
	ended := make(chan error, 1)
	go func() { ended <- run(node) }()
	return func() (string, error) {
		if err := <-ended; err != nil {
			return "", fmt.Errorf("%w\nstdout:\n%s", err, out.String())
		}
		return out.String(), nil
	}
}
