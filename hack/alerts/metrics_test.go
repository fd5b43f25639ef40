package alerts

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// metrics are those that the READMEs document, which tests beside them hold to real registries: their labels by the
// name of each series.
func metrics(t *testing.T) map[string][]string {
	t.Helper()
	series := map[string][]string{}
	for readme, replicas := range map[string]bool{"../../runtime/README.md": true, "../../controllers/README.md": false} {
		text, err := os.ReadFile(readme)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (gauge|counter|histogram) \\|([^|]*)\\|").FindAllStringSubmatch(string(text), -1) {
			labels := strings.FieldsFunc(row[3], func(r rune) bool { return strings.ContainsRune("`, ", r) })
			labels = append(labels, ofTarget...)
			if replicas || strings.HasPrefix(row[1], "process_") || strings.HasPrefix(row[1], "go_") {
				labels = append(labels, ofReplica...)
			}
			if row[2] != "histogram" {
				series[row[1]] = labels
				continue
			}
			series[row[1]+"_sum"], series[row[1]+"_count"] = labels, labels
			series[row[1]+"_bucket"] = append(slices.Clone(labels), "le")
		}
	}
	if len(series) < 60 {
		t.Fatalf("%d series are documented: the tables of metrics were not found", len(series))
	}
	return series
}

// The labels that a scrape adds: those of every target, and what the PodMonitor says of a replica.
var (
	ofTarget  = []string{"namespace", "pod", "container", "job", "instance"}
	ofReplica = []string{"runtime"}
)
