package workload

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/pullmode/operator/api/v1alpha1"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Every testdata/NAME.in.yaml is a RoutingRuntime as the API server keeps it,
// and NAME.out.yaml what is made of it.
func TestChildren(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*.in.yaml")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no input found: %v", err)
	}
	for _, in := range inputs {
		t.Run(strings.TrimSuffix(filepath.Base(in), ".in.yaml"), func(t *testing.T) {
			options := Options{Image: "example.com/pullmode:v1", OperatorNamespace: "pullmode-system"}
			if strings.Contains(in, "outside") {
				options.OperatorNamespace = ""
			}
			var got bytes.Buffer
			rt := readRuntime(t, in)
			for _, child := range append(surroundings(rt, options), serving(rt, options, nil)...) {
				b, err := yaml.Marshal(child)
				if err != nil {
					t.Fatal(err)
				}
				got.WriteString("---\n")
				got.Write(b)
			}
			out := strings.Replace(in, ".in.", ".out.", 1)
			if *update {
				if err := os.WriteFile(out, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(out)
			if err != nil {
				t.Fatalf("read golden file (write it with -update): %v", err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("children (-want +got):\n%s", diff)
			}
		})
	}
}

func readRuntime(t *testing.T, file string) *v1alpha1.RoutingRuntime {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rt := &v1alpha1.RoutingRuntime{}
	if err := yaml.UnmarshalStrict(b, rt); err != nil {
		t.Fatal(err)
	}
	return rt
}
