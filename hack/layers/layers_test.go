// Package layers holds the project's import rules: a reader who opens a folder
// knows what it may import.
package layers

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/pullmode/operator/"

type pkg struct {
	ImportPath, Dir                    string
	GoFiles                            []string
	Imports, TestImports, XTestImports []string
	Deps                               []string
}

func list(t *testing.T, patterns ...string) []pkg {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Dir,GoFiles,Imports,TestImports,XTestImports,Deps"}, patterns...)...)
	cmd.Dir = filepath.Join("..", "..")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var pkgs []pkg
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
	if len(pkgs) == 0 {
		t.Fatalf("no packages in %v: the rule has nothing to hold", patterns)
	}
	return pkgs
}

func under(path string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool {
		return path == strings.TrimSuffix(prefix, "/") || strings.HasPrefix(path, strings.TrimSuffix(prefix, "/")+"/")
	})
}

// The runtime knows nothing of Kubernetes. (Its engine uses a few of the k8s.io
// modules itself; what counts is what our own code imports.)
func TestRuntimeKnowsNothingOfKubernetes(t *testing.T) {
	for _, p := range list(t, "./runtime/...", "./cmd/runtime/...") {
		for _, path := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if under(path, "k8s.io", "sigs.k8s.io") {
				t.Errorf("%s imports %s", p.ImportPath, path)
			}
		}
		for _, dep := range p.Deps {
			if under(dep, module+"api", module+"controllers", module+"config") {
				t.Errorf("%s depends on %s", p.ImportPath, dep)
			}
		}
	}
}

// The controllers know the runtime by the snapshot alone, and share its words.
func TestControllersKnowTheRuntimeByItsSnapshot(t *testing.T) {
	for _, p := range list(t, "./controllers/...", "./api/...") {
		for _, path := range p.Imports {
			if under(path, module+"runtime") && !under(path, module+"runtime/snapshot", module+"runtime/auth", module+"runtime/silence") {
				t.Errorf("%s imports %s", p.ImportPath, path)
			}
		}
	}
}

// Nothing imports a command.
func TestNothingImportsACommand(t *testing.T) {
	for _, p := range list(t, "./...") {
		for _, path := range p.Imports {
			if under(path, module+"cmd") && !under(p.ImportPath, module+"cmd") {
				t.Errorf("%s imports %s", p.ImportPath, path)
			}
		}
	}
}

// What is pure does no I/O and reads no clock: it calls none of the functions
// that do, and imports none of the packages that exist for it.
func TestPurePackages(t *testing.T) {
	forbiddenImports := []string{"os", "net", "io/fs", "syscall", "log", "log/slog", "math/rand", "crypto/rand", "context", "os/exec", "path/filepath"}
	forbiddenCalls := map[string][]string{"time": {"Now", "Since", "Until", "Sleep", "After", "NewTimer", "NewTicker", "AfterFunc", "Tick"}}
	for _, p := range list(t, "./controllers/compile/...", "./runtime/request/...", "./runtime/snapshot/...") {
		for _, path := range p.Imports {
			if slices.Contains(forbiddenImports, path) || under(path, "net/http", module+"runtime/store", "sigs.k8s.io/controller-runtime", "k8s.io/client-go") {
				t.Errorf("%s imports %s", p.ImportPath, path)
			}
		}
		for _, name := range p.GoFiles {
			files := token.NewFileSet()
			file, err := parser.ParseFile(files, filepath.Join(p.Dir, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				selector, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if x, ok := selector.X.(*ast.Ident); ok && slices.Contains(forbiddenCalls[x.Name], selector.Sel.Name) {
					t.Errorf("%s: %s.%s", files.Position(n.Pos()), x.Name, selector.Sel.Name)
				}
				return true
			})
		}
	}
}
