package alerts

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"sigs.k8s.io/yaml"
)

const folder = "../../config/prometheus"

// prometheusRule is a PrometheusRule as far as it is used here.
type prometheusRule struct {
	APIVersion string         `json:"apiVersion"`
	Kind       string         `json:"kind"`
	Metadata   metadata       `json:"metadata"`
	Spec       map[string]any `json:"spec"`
}

type metadata struct {
	Name      string            `json:"name"`
	Namespace string            `json:"namespace"`
	Labels    map[string]string `json:"labels,omitempty"`
}

// ruleFiles writes the groups of all PrometheusRules as Prometheus reads them, the recorded ones first.
func ruleFiles(t *testing.T) []string {
	t.Helper()
	sources, err := filepath.Glob(filepath.Join(folder, "rules-*.yaml"))
	if err != nil || len(sources) != 4 {
		t.Fatalf("%v, %v", sources, err)
	}
	var files []string
	for _, source := range sources {
		rule := prometheusRule{}
		strictly(t, source, &rule)
		if rule.APIVersion != "monitoring.coreos.com/v1" || rule.Kind != "PrometheusRule" || rule.Metadata.Namespace != "pullmode-system" {
			t.Errorf("%s is no PrometheusRule of ours: %+v", source, rule)
		}
		plain, err := yaml.Marshal(rule.Spec)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), filepath.Base(source))
		if err := os.WriteFile(file, plain, 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	slices.SortFunc(files, func(a, b string) int { return strings.Compare(recordedFirst(a), recordedFirst(b)) })
	return files
}

func recordedFirst(file string) string {
	return strings.Replace(filepath.Base(file), "rules-recorded", "", 1)
}

// strictly reads a document of YAML of which every field is known.
func strictly(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalStrict(text, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// everyRule are the rules, as Prometheus itself takes them.
func everyRule(t *testing.T) (rules []rulefmt.Rule) {
	t.Helper()
	for _, file := range ruleFiles(t) {
		groups, errs := rulefmt.ParseFile(file, false, model.LegacyValidation, promQL, slog.New(slog.DiscardHandler))
		for _, err := range errs {
			t.Error(err)
		}
		if groups == nil {
			t.FailNow()
		}
		for _, g := range groups.Groups {
			rules = append(rules, g.Rules...)
		}
	}
	return rules
}

// series are what the product shows, and what the rules record.
func series(t *testing.T) known {
	t.Helper()
	k := known(metrics(t))
	for _, r := range everyRule(t) {
		if r.Record != "" {
			k[r.Record], _ = k.check(r.Expr)
		}
	}
	return k
}

func TestRulesNameWhatThereIs(t *testing.T) {
	k := series(t)
	used := map[string]bool{}
	for _, r := range everyRule(t) {
		labels, wrong := k.check(r.Expr)
		for _, w := range wrong {
			t.Errorf("%s%s: %s", r.Record, r.Alert, w)
		}
		for _, annotation := range r.Annotations {
			for _, named := range regexp.MustCompile(`\$labels\.([a-z]+)`).FindAllStringSubmatch(annotation, -1) {
				if !slices.Contains(labels, named[1]) {
					t.Errorf("%s%s tells of a label %s, of which its result has %v", r.Record, r.Alert, named[1], labels)
				}
			}
		}
		if r.Record != "" && used[r.Record] {
			t.Errorf("%s is recorded twice", r.Record)
		}
		used[r.Record] = true
	}
}

// Whoever is called by an alert reads what happened, to what, and what to do.
func TestAlertsSayWhatToDo(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(folder, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	alerts := 0
	for _, r := range everyRule(t) {
		if r.Alert == "" {
			continue
		}
		alerts++
		if !slices.Contains([]string{"critical", "warning", "info"}, r.Labels["severity"]) {
			t.Errorf("%s has the severity %q", r.Alert, r.Labels["severity"])
		}
		for _, name := range []string{"summary", "description", "action"} {
			if text := r.Annotations[name]; len(text) < 25 || !strings.HasSuffix(text, ".") {
				t.Errorf("%s: its %s is no sentence: %q", r.Alert, name, text)
			}
		}
		if len(r.Annotations) != 3 {
			t.Errorf("%s has %d annotations, want summary, description and action", r.Alert, len(r.Annotations))
		}
		if !bytes.Contains(readme, []byte("| `"+r.Alert+"` | "+r.Labels["severity"]+" |")) {
			t.Errorf("%s (%s) is not in the README", r.Alert, r.Labels["severity"])
		}
	}
	if n := bytes.Count(readme, []byte("| `Pullmode")); n != alerts {
		t.Errorf("the README has %d alerts, and there are %d", n, alerts)
	}
}
