package conformance

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// ids are the rules of the semantics, by family: a rule that is not in Rules is
// as much a mistake as a case without a rule.
var ids = slices.Concat(
	numbers("INV%d", 1, 9), numbers("T%02d", 1, 6), []string{"T06b"}, numbers("T%02d", 7, 33), numbers("N%d", 1, 13),
	numbers("G%d", 1, 9), numbers("S4.%d", 1, 7), numbers("C%d", 1, 10), numbers("L%d", 1, 10), numbers("R%d", 1, 6), numbers("F%d", 1, 6),
)

func numbers(format string, first, last int) (all []string) {
	for n := first; n <= last; n++ {
		all = append(all, fmt.Sprintf(format, n))
	}
	return all
}

// A rule without a case, and a case that names no rule, break the build.
func TestEveryRuleHasACaseAndEveryCaseARule(t *testing.T) {
	var listed []string
	for _, r := range Rules() {
		listed = append(listed, r.ID)
		if !strings.HasSuffix(r.Text, ".") {
			t.Errorf("%s says %q: one sentence is wanted", r.ID, r.Text)
		}
		if !slices.ContainsFunc(Cases(), func(c Case) bool { return c.Rule == r.ID }) {
			t.Errorf("no case holds %s: %s", r.ID, r.Text)
		}
	}
	sorted := func(all []string) []string { return slices.Sorted(slices.Values(all)) }
	if got, want := sorted(listed), sorted(ids); !slices.Equal(got, want) {
		t.Errorf("the rules are %v, and should be %v", got, want)
	}
	seen := map[string]bool{}
	name := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	for _, c := range Cases() {
		if _, ok := RuleOf(c.Rule); !ok {
			t.Errorf("case %s names no rule", c.ID())
		}
		if seen[c.ID()] {
			t.Errorf("there are two cases %s", c.ID())
		}
		seen[c.ID()] = true
		if !name.MatchString(c.Name) || c.Run == nil {
			t.Errorf("case %s has no good name, or nothing to run", c.ID())
		}
		for _, n := range c.Needs {
			if lacks[n] == "" {
				t.Errorf("case %s needs %q, and nothing says how to come by it", c.ID(), n)
			}
		}
	}
}

// Every list that a case names is in the YAML, and the other way round.
func TestListsAreConfigured(t *testing.T) {
	yaml, err := Configuration(Setting{Key: "key", SigningKey: "signing"})
	if err != nil {
		t.Fatal(err)
	}
	var configured []string
	for _, m := range regexp.MustCompile(`kind: Worklist\nmetadata:\n  name: (\S+)`).FindAllStringSubmatch(string(yaml), -1) {
		configured = append(configured, m[1])
	}
	var named []string
	for _, l := range lists() {
		named = append(named, l.Name)
	}
	slices.Sort(configured)
	slices.Sort(named)
	if !slices.Equal(configured, named) {
		t.Errorf("the YAML has the lists %v, the cases use %v", configured, named)
	}
}
