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

// FitsItsWidth fails the test if the page has to be scrolled sideways, or hides
// something beyond its edge.
func (p *Page) FitsItsWidth(view string) {
	p.t.Helper()
	for _, wide := range Value[[]string](p, `[document.documentElement, ...document.querySelectorAll("body, body *")].filter(e => {
		if (!e.checkVisibility() || e.closest(".spoken, svg")) return false;
		const style = getComputedStyle(e);
		if (e === document.documentElement) return e.scrollWidth > innerWidth;
		const box = e.getBoundingClientRect();
		if (box.width === 0 || style.position === "fixed" && box.right <= 0) return false;
		return box.right > innerWidth + 1 && !scrolls(e.parentElement);
		function scrolls(a) { return a && (/auto|scroll|hidden|clip/.test(getComputedStyle(a).overflowX) && a !== document.body && a !== document.documentElement || scrolls(a.parentElement)); }
	}).map(e => e.outerHTML.slice(0, 160))`) {
		p.t.Errorf("%s: wider than its screen: %s", view, wide)
	}
}
