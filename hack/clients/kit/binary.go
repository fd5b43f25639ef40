// Package kit starts the product as its users do, with `pullmode serve` and YAML, and
// the clients of others that it is tried with.
package kit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// Binary is the path of a `pullmode` built from this checkout.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var binary = sync.OnceValues(func() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	// One folder for every test binary of a checkout: go build leaves what is fresh alone,
	// and puts what is not in its place at once where its work folder is on the same file
	// system. Two checkouts would take each other's.
	checkout := sha256.Sum256([]byte(module()))
	folder := filepath.Join(cache, "pullmode", "clients", "bin", hex.EncodeToString(checkout[:6]))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	path := filepath.Join(folder, "pullmode")
	build := exec.Command("go", "build", "-o", path, "./cmd/pullmode")
	build.Dir = filepath.Join(module(), "..", "..")
	build.Env = append(os.Environ(), "GOTMPDIR="+folder)
	return path, run(build)
})

var installed = sync.OnceValues(func() (string, error) {
	install := exec.Command(filepath.Join(module(), "install.sh"))
	var out strings.Builder
	install.Stdout = &out
	err := run(install)
	return filepath.Join(strings.TrimSpace(out.String()), "node_modules"), err
})

// Modules is the folder node_modules with the npm packages of package.json.
func Modules(t testing.TB) string {
	t.Helper()
	path, err := installed()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// run gives a command's error with what it wrote to stderr.
func run(cmd *exec.Cmd) error {
	var problems strings.Builder
	cmd.Stderr = &problems
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, problems.String())
	}
	return nil
}

// module is the folder of this module.
func module() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(filepath.Dir(file))
}
