package kit

import (
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
	node := exec.CommandContext(t.Context(), "node", append([]string{script}, args...)...)
	node.Env = append(append(os.Environ(), "NODE_PATH="+Modules(t)), env...)
	var out strings.Builder
	node.Stdout = &out
	if err := run(node); err != nil {
		t.Fatalf("%v\nstdout:\n%s", err, out.String())
	}
	return out.String()
}
