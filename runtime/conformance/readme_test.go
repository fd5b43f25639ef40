package conformance

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the README's table of rules anew")

const tableBegins, tableEnds = "<!-- rules: written by the test of this file, with -update -->\n", "<!-- end of rules -->"

// The README's table of rules is the registry's.
func TestReadmeHasEveryRuleAndCase(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(readme), tableBegins)
	table, after, ended := strings.Cut(rest, tableEnds)
	if !found || !ended {
		t.Fatal("README.md has no place for the table of rules")
	}
	if *update {
		if err := os.WriteFile("README.md", []byte(before+tableBegins+rulesTable()+tableEnds+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if table != rulesTable() {
		t.Error("the table of rules is not what the registry says: go test ./runtime/conformance -run Readme -update")
	}
}

func rulesTable() string {
	var b strings.Builder
	b.WriteString("| rule | it says | cases |\n|---|---|---|\n")
	for _, r := range Rules() {
		var cases []string
		for _, c := range Cases() {
			if c.Rule == r.ID {
				cases = append(cases, "`"+c.Name+"`")
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.ID, r.Text, strings.Join(cases, ", "))
	}
	return b.String()
}

// Every sentence of the sources has a rule, a feature, or its place outside; and
// what is named there exists.
func TestReadmeNamesWhatHoldsEachSentence(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, sentences, _ := strings.Cut(string(readme), "## The sources")
	id := regexp.MustCompile(`\b(?:INV\d|[TNGCLRF]\d+b?|S4\.\d)\b`)
	rows := 0
	for line := range strings.Lines(sentences) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| what it says") {
			continue
		}
		rows++
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		where := cells[len(cells)-1]
		named := id.FindAllString(where, -1)
		if len(cells) != 2 || len(named) == 0 && !strings.Contains(where, "semantics section 9") {
			t.Errorf("nothing holds: %s", line)
		}
		for _, rule := range named {
			if _, ok := RuleOf(rule); !ok {
				t.Errorf("there is no rule %s: %s", rule, line)
			}
		}
	}
	if rows < 80 {
		t.Errorf("only %d sentences were found", rows)
	}
}
