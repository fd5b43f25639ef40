package alerts

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// dashboard is Grafana's model, as far as it is looked at.
type dashboard struct {
	Title, UID    string
	SchemaVersion int
	Templating    struct {
		List []struct {
			Name, Label, Type string
			Query             any
		}
	}
	Panels []panel
}

type panel struct {
	ID                       int
	Type, Title, Description string
	GridPos                  struct{ H, W, X, Y int }
	Targets                  []struct{ RefID, Expr, LegendFormat string }
	FieldConfig              struct{ Defaults struct{ Unit string } }
	Datasource               struct{ UID string }
}

func theDashboard(t *testing.T) (d dashboard) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "dashboard.json"))
	if err == nil {
		err = json.Unmarshal(text, &d)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The built-in variables that are used, as an expression may have them.
var builtIn = strings.NewReplacer("$__rate_interval", "5m")

func TestTheDashboardAsksForWhatThereIs(t *testing.T) {
	d, k := theDashboard(t), series(t)
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			labels, wrong := k.check(builtIn.Replace(target.Expr))
			for _, w := range wrong {
				t.Errorf("panel %q: %s", p.Title, w)
			}
			for _, named := range regexp.MustCompile(`\{\{([a-z]+)\}\}`).FindAllStringSubmatch(target.LegendFormat, -1) {
				if !slices.Contains(labels, named[1]) {
					t.Errorf("panel %q: its legend names %s, and its series have %v", p.Title, named[1], labels)
				}
			}
		}
	}
}

func TestVariablesAreThere(t *testing.T) {
	d, k := theDashboard(t), series(t)
	defined := []string{"__rate_interval"}
	for _, v := range d.Templating.List {
		defined = append(defined, v.Name)
		query, ok := v.Query.(map[string]any)
		if !ok {
			continue
		}
		parts := regexp.MustCompile(`^label_values\((.*), ([a-z]+)\)$`).FindStringSubmatch(query["query"].(string))
		if parts == nil {
			t.Errorf("variable %s: %v", v.Name, v.Query)
			continue
		}
		if labels, wrong := k.check(parts[1]); len(wrong) > 0 || !slices.Contains(labels, parts[2]) {
			t.Errorf("variable %s: %v, of labels %v", v.Name, wrong, labels)
		}
	}
	text, err := os.ReadFile(filepath.Join(folder, "dashboard.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, used := range regexp.MustCompile(`\$\{?([a-zA-Z_]+)`).FindAllStringSubmatch(string(text), -1) {
		if !slices.Contains(defined, used[1]) && used[1] != "__all" {
			t.Errorf("the variable $%s is not defined", used[1])
		}
	}
}

// Panels say what they show, and lie side by side.
func TestTheDashboardIsLaidOut(t *testing.T) {
	d := theDashboard(t)
	taken, ids := map[[2]int]string{}, map[int]bool{}
	for _, p := range d.Panels {
		if ids[p.ID] || p.Title == "" {
			t.Errorf("panel %d %q: its id is there twice, or it has no title", p.ID, p.Title)
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other, is := taken[[2]int{x, y}]; is || x >= 24 {
					t.Fatalf("panel %q lies over %q, or beyond the right edge", p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		if p.Type == "row" {
			continue
		}
		unit := p.FieldConfig.Defaults.Unit != "" || p.Type == "table" || p.Type == "heatmap"
		if !unit || len(p.Description) < 20 || len(p.Targets) == 0 || p.Datasource.UID != "${datasource}" {
			t.Errorf("panel %q lacks a unit, a description, a query, or the data source", p.Title)
		}
	}
	if d.UID != "pullmode" || d.SchemaVersion < 36 || len(ids) < 30 {
		t.Errorf("dashboard %q of version %d with %d panels", d.UID, d.SchemaVersion, len(ids))
	}
}
