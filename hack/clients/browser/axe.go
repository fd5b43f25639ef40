package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pullmode/operator/hack/clients/kit"
)

// finding is a rule of axe that the page breaks.
type finding struct {
	ID, Impact, Help string
	Nodes            []struct {
		Target         []any
		FailureSummary string
	}
}

// serious are the impacts that keep somebody from doing their work.
var serious = map[string]bool{"serious": true, "critical": true}

// Accessible fails the test for everything serious that axe finds on the page, and logs
// the rest.
func (p *Page) Accessible(view string) {
	p.t.Helper()
	source, err := os.ReadFile(filepath.Join(kit.Modules(p.t), "axe-core", "axe.min.js"))
	if err != nil {
		p.t.Fatal(err)
	}
	Value[any](p, string(source)+"; null")
	for _, f := range Value[[]finding](p, `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations)`) {
		var where strings.Builder
		for _, n := range f.Nodes {
			fmt.Fprintf(&where, "\n    %v: %s", n.Target, strings.Join(strings.Fields(n.FailureSummary), " "))
		}
		if serious[f.Impact] {
			p.t.Errorf("%s: axe finds %s (%s): %s%s", view, f.ID, f.Impact, f.Help, &where)
		} else {
			p.t.Logf("%s: axe notes %s (%s): %s%s", view, f.ID, f.Impact, f.Help, &where)
		}
	}
}
