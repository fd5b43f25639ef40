package packaging_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/pullmode/operator/hack/packaging"
)

const (
	checkout = "../.."
	chart    = "../../config/helm/pullmode"
	release  = "pullmode"
)

// build makes the tools once for all tests.
var build = sync.OnceValues(func() (tools map[string]string, err error) {
	tools = map[string]string{}
	for _, name := range []string{"helm", "kustomize"} {
		path, failure := packaging.Tool(context.Background(), checkout, name)
		tools[name], err = path, errors.Join(err, failure)
	}
	return tools, err
})

// run runs a tool, with no settings of the user's, and gives what it prints, or
// what it complains of.
func run(t *testing.T, name string, args ...string) (string, error) {
	t.Helper()
	tools, err := build()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), tools[name], args...)
	cmd.Env = append(os.Environ(), "HELM_CONFIG_HOME="+t.TempDir(), "HELM_DATA_HOME="+t.TempDir(), "HELM_CACHE_HOME="+t.TempDir())
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return "", errors.New(strings.TrimSpace(complaint.String()))
	}
	return out.String(), nil
}

// template renders the chart into a namespace. Each of the values is such as
// replicas=2.
func template(t *testing.T, namespace string, values ...string) []*unstructured.Unstructured {
	t.Helper()
	args := []string{"template", release, chart, "--namespace", namespace}
	for _, value := range values {
		args = append(args, "--set", value)
	}
	out, err := run(t, "helm", args...)
	if err != nil {
		t.Fatalf("helm %s: %v", strings.Join(args, " "), err)
	}
	return objects(t, out)
}

// kustomize builds a folder of config, such as overlays/namespaced.
func kustomize(t *testing.T, folder string) []*unstructured.Unstructured {
	t.Helper()
	out, err := run(t, "kustomize", "build", folder)
	if err != nil {
		t.Fatalf("kustomize build %s: %v", folder, err)
	}
	return objects(t, out)
}

// kustomization writes one that is a user's own, in a folder of its own; CONFIG in
// it becomes the way to the folder config.
func kustomization(t *testing.T, text string) (folder string) {
	t.Helper()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	config, err := filepath.Abs(filepath.Join(checkout, "config"))
	if err != nil {
		t.Fatal(err)
	}
	way, err := filepath.Rel(folder, config)
	if err != nil {
		t.Fatal(err)
	}
	text = strings.ReplaceAll(text, "CONFIG", filepath.ToSlash(way))
	if err := os.WriteFile(filepath.Join(folder, "kustomization.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

func objects(t *testing.T, documents string) []*unstructured.Unstructured {
	t.Helper()
	var found []*unstructured.Unstructured
	for decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(documents), 4096); ; {
		object := &unstructured.Unstructured{}
		if err := decoder.Decode(&object.Object); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if len(object.Object) > 0 {
			found = append(found, object)
		}
	}
	if len(found) == 0 {
		t.Fatal("nothing was rendered: the test has nothing to hold")
	}
	return found
}
