package cel_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// object returns minimal with each patch merged into it, null removing a field, ready to be sent to the namespace.
func object(t *testing.T, namespace, minimal string, patches ...string) *unstructured.Unstructured {
	t.Helper()
	content := parse(t, minimal)
	for _, patch := range patches {
		content = merge(content, parse(t, patch))
	}
	result := &unstructured.Unstructured{Object: content}
	result.SetNamespace(namespace)
	return result
}

func parse(t *testing.T, text string) map[string]any {
	t.Helper()
	content := map[string]any{}
	if err := yaml.UnmarshalStrict([]byte(text), &content); err != nil {
		t.Fatalf("%v in:\n%s", err, text)
	}
	return content
}

// merge is a JSON merge patch (RFC 7396).
func merge(target, patch map[string]any) map[string]any {
	for name, value := range patch {
		nested, isObject := value.(map[string]any)
		switch {
		case value == nil:
			delete(target, name)
		case isObject:
			inner, _ := target[name].(map[string]any)
			if inner == nil {
				inner = map[string]any{}
			}
			target[name] = merge(inner, nested)
		default:
			target[name] = value
		}
	}
	return target
}

// causes returns what the API server names as wrong with an object.
func causes(t *testing.T, err error) []metav1.StatusCause {
	t.Helper()
	if !apierrors.IsInvalid(err) {
		t.Fatalf("want it refused as invalid, got %v", err)
	}
	var status *apierrors.StatusError
	if !errors.As(err, &status) || status.ErrStatus.Details == nil {
		t.Fatalf("no details in %v", err)
	}
	return status.ErrStatus.Details.Causes
}

// letters returns n letters, for lengths just within and just beyond a bound.
func letters(n int) string { return strings.Repeat("x", n) }

// sequence returns a YAML list of n distinct names.
func sequence(n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("n%d", i)
	}
	return "[" + strings.Join(names, ",") + "]"
}
