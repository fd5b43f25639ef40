package folder_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/folder"
)

// The README's smallest YAML is what a newcomer applies: it is whole, and nothing
// about it is a warning. Its Secret is made by the command beside it.
func TestSmallestYAML(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	yaml := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(readme)
	if yaml == nil {
		t.Fatal("there is no YAML in the README")
	}
	f := read(t, files(map[string]string{"smallest.yaml": string(yaml[1])}), folder.Options{})
	if len(f.Problems) > 0 {
		t.Fatal(texts(f.Problems))
	}
	f.Input.Keys = map[string]compile.SecretKeys{"shop-connector": {"key": {Hashes: []string{"h"}}}}
	result := compile.Compile(f.Input)
	if len(result.Verdicts) != 5 {
		t.Errorf("%d verdicts, want one of each kind", len(result.Verdicts))
	}
	for _, v := range result.Verdicts {
		if !v.Accepted.OK || !v.ResolvedRefs.OK || v.Accepted.Reason != "Accepted" {
			t.Errorf("%s %s: %+v, %+v", v.Kind, v.Name, v.Accepted, v.ResolvedRefs)
		}
	}
}
