package desk_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pullmode/operator/runtime/desk"
)

// references are what a file of the desk names: modules in imports, and files in the
// attributes of pages and in addresses of styles.
var references = map[string]*regexp.Regexp{
	".js":   regexp.MustCompile(`(?m)^(?:import|export)\s+(?:[\w$*{},\s]+\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)`),
	".html": regexp.MustCompile(`\b(?:src|href)="([^"#]+)"`),
	".css":  regexp.MustCompile(`@import\s+(?:url\()?['"]([^'"]+)['"]|url\(['"]?([^'")]+)['"]?\)`),
}

// Every file that the desk names is there, is served, and is the desk's own: a name that
// is mistyped would be found by the first agent after an upgrade.
func TestEveryFileThatIsNamedIsThere(t *testing.T) {
	h := desk.Handler(desk.Options{})
	named := 0
	err := filepath.WalkDir("site", func(name string, entry fs.DirEntry, err error) error {
		pattern := references[path.Ext(name)]
		if err != nil || entry.IsDir() || pattern == nil {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		served := strings.TrimPrefix(filepath.ToSlash(name), "site/")
		for _, match := range pattern.FindAllStringSubmatch(string(text), -1) {
			to := strings.Join(match[1:], "")
			if to == "/desk/" || strings.HasPrefix(to, "data:") {
				continue
			}
			named++
			at := to
			if !strings.HasPrefix(to, "/") {
				at = path.Join("/desk", path.Dir(served), to)
			}
			if path.Ext(name) == ".js" && !strings.HasPrefix(to, ".") && !strings.HasPrefix(to, "/") {
				t.Errorf("%s imports %q, which a browser cannot resolve: begin it with ./", name, to)
			}
			if resp := get(h, at); path.Ext(at) == "" || resp.StatusCode != 200 {
				t.Errorf("%s names %q, and %s is answered %d", name, to, at, resp.StatusCode)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if named < 20 {
		t.Errorf("only %d names were found: the patterns do not find what there is", named)
	}
}

// Pages have no scripts or styles in them, which their policy forbids; and the core knows
// nothing of what is shown.
func TestWhatFilesMayHold(t *testing.T) {
	forbidden := map[string]*regexp.Regexp{
		"*.html":    regexp.MustCompile(`(?i)<script>|<style|\sstyle=|\son[a-z]+=|javascript:`),
		"core/*.js": regexp.MustCompile(`\bdocument\.(create|query|get|body|head|cookie)|innerHTML|localStorage|\beval\(|new Function`),
		"ui/*.js":   regexp.MustCompile(`\.(inner|outer)HTML\s*=|insertAdjacentHTML|document\.write|localStorage\.setItem\([^)]*token|\beval\(|new Function`),
	}
	for glob, pattern := range forbidden {
		files, err := filepath.Glob(filepath.Join("site", glob))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files in %s: %v", glob, err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if found := pattern.FindString(string(text)); found != "" {
				t.Errorf("%s has %q", name, found)
			}
		}
	}
}
