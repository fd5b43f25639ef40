package cel_test

import (
	"os"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// What the README tells people to write is accepted as it stands, for every kind.
func TestREADMEExamples(t *testing.T) {
	raw, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	namespace, seen := newNamespace(t), map[string]bool{}
	for i, block := range strings.Split(string(raw), "```") {
		example, isYAML := strings.CutPrefix(block, "yaml\n")
		if i%2 == 0 || !isYAML {
			continue
		}
		object := object(t, namespace, example)
		seen[object.GetKind()] = true
		if err := apiClient.Create(t.Context(), object, client.FieldValidation("Strict")); err != nil {
			t.Errorf("%v in:\n%s", err, example)
		}
	}
	for kind := range kinds {
		if !seen[kind] {
			t.Errorf("README.md has no example of a %s", kind)
		}
	}
}
