package cel_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// What is shipped to be applied is accepted as it stands, down to the last field.
func TestSamples(t *testing.T) {
	for _, folder := range []string{"samples", "replicas"} {
		t.Run(folder, func(t *testing.T) {
			namespace := newNamespace(t)
			for _, file := range listed(t, filepath.Join("../../../config", folder)) {
				raw, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				for _, document := range strings.Split(string(raw), "\n---\n") {
					if err := apiClient.Create(t.Context(), object(t, namespace, document), client.FieldValidation("Strict")); err != nil {
						t.Errorf("%s: %v", file, err)
					}
				}
			}
		})
	}
}

// listed are the files that a folder's kustomization names.
func listed(t *testing.T, folder string) []string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(folder, "kustomization.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var kustomization struct{ Resources []string }
	if err := yaml.Unmarshal(raw, &kustomization); err != nil || len(kustomization.Resources) == 0 {
		t.Fatalf("%s names nothing: %v", folder, err)
	}
	files := make([]string, 0, len(kustomization.Resources))
	for _, name := range kustomization.Resources {
		files = append(files, filepath.Join(folder, name))
	}
	return files
}
