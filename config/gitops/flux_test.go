package gitops_test

import (
	"os"
	"slices"
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// healthChecks are the expressions that we ship.
func healthChecks(t *testing.T) []kustomize.CustomHealthCheck {
	t.Helper()
	raw, err := os.ReadFile("flux/healthchecks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var kustomization struct {
		Spec struct {
			HealthCheckExprs []kustomize.CustomHealthCheck `json:"healthCheckExprs"`
		} `json:"spec"`
	}
	if err := yaml.Unmarshal(raw, &kustomization); err != nil {
		t.Fatal(err)
	}
	return kustomization.Spec.HealthCheckExprs
}

// flux judges an object with Flux's own code.
func flux(t *testing.T, object *unstructured.Unstructured) status.Status {
	t.Helper()
	newReader, err := cel.NewStatusReader(healthChecks(t))
	if err != nil {
		t.Fatal(err)
	}
	read, err := newReader(meta.NewDefaultRESTMapper(nil)).ReadStatusForObject(t.Context(), nil, object)
	if err != nil {
		t.Fatal(err)
	}
	if read.Error != nil {
		t.Fatal(read.Error)
	}
	return read.Status
}

// An expression that reads a field which is not there is an error, and not false.
func TestFluxExpressionsReadAnyStatus(t *testing.T) {
	object := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "pullmode.io/v1alpha1", "kind": runtime, "metadata": map[string]any{"name": "main"}, "status": map[string]any{},
	}}
	if got := flux(t, object); got != status.InProgressStatus {
		t.Errorf("an empty status is %s, want InProgress", got)
	}
}

func TestFluxExpressionsForEveryKind(t *testing.T) {
	var got []string
	for _, check := range healthChecks(t) {
		if check.APIVersion != "pullmode.io/v1alpha1" {
			t.Errorf("a check of %s %s", check.APIVersion, check.Kind)
		}
		got = append(got, check.Kind)
	}
	slices.Sort(got)
	if diff := cmp.Diff(slices.Sorted(slices.Values(kinds(t))), got); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
}
