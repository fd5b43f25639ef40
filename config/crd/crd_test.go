package crd_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/pullmode/operator/config/crd"
)

// shortNames are the kinds of the group and what to type for them. They are an interface: scripts hold them.
var shortNames = map[string]string{
	"RoutingRuntime":     "prt",
	"MediaRoutingDomain": "mrd",
	"Worklist":           "wl",
	"Channel":            "chn",
	"AgentSubscription":  "asub",
}

func all(t *testing.T) []*apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	crds, err := crd.All()
	if err != nil {
		t.Fatal(err)
	}
	return crds
}

func TestAllHoldsEveryKind(t *testing.T) {
	got := map[string]string{}
	for _, definition := range all(t) {
		if len(definition.Spec.Names.ShortNames) != 1 {
			t.Fatalf("%s has short names %v, want exactly one", definition.Name, definition.Spec.Names.ShortNames)
		}
		got[definition.Spec.Names.Kind] = definition.Spec.Names.ShortNames[0]
	}
	if diff := cmp.Diff(shortNames, got); diff != "" {
		t.Errorf("kinds and short names (-want +got):\n%s", diff)
	}
}

func TestKustomizationNamesEveryFile(t *testing.T) {
	raw, err := os.ReadFile("kustomization.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var kustomization struct {
		Resources []string `json:"resources"`
	}
	if err := yaml.Unmarshal(raw, &kustomization); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("bases/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(files, kustomization.Resources); diff != "" {
		t.Errorf("kustomization.yaml (-files +resources):\n%s", diff)
	}
}

// The API server's own validation: structural schema, defaults that fit it, CEL that compiles and stays within the
// cost budget, printer columns.
func TestAPIServerAcceptsTheDefinition(t *testing.T) {
	scheme := runtime.NewScheme()
	install.Install(scheme)
	for _, definition := range all(t) {
		t.Run(definition.Spec.Names.Kind, func(t *testing.T) {
			scheme.Default(definition)
			var internal apiextensions.CustomResourceDefinition
			if err := scheme.Convert(definition, &internal, nil); err != nil {
				t.Fatal(err)
			}
			internal.Status.StoredVersions = []string{"v1alpha1"} // the API server fills this in before it validates
			for _, err := range validation.ValidateCustomResourceDefinition(t.Context(), &internal) {
				t.Error(err)
			}
		})
	}
}

func TestEveryKindLooksAlike(t *testing.T) {
	for _, definition := range all(t) {
		t.Run(definition.Spec.Names.Kind, func(t *testing.T) {
			if definition.Spec.Scope != apiextensionsv1.NamespaceScoped {
				t.Errorf("scope is %s, want Namespaced", definition.Spec.Scope)
			}
			if diff := cmp.Diff([]string{"pullmode"}, definition.Spec.Names.Categories); diff != "" {
				t.Errorf("categories (-want +got):\n%s", diff)
			}
			if len(definition.Spec.Versions) != 1 {
				t.Fatalf("%d versions, want v1alpha1 alone", len(definition.Spec.Versions))
			}
			version := definition.Spec.Versions[0]
			if version.Subresources == nil || version.Subresources.Status == nil {
				t.Error("no status subresource: add +kubebuilder:subresource:status")
			}
			if status := version.Schema.OpenAPIV3Schema.Properties["status"]; status.Default == nil ||
				string(status.Default.Raw) != `{"observedGeneration":-1}` {
				t.Error(`status has no default: add +kubebuilder:default={"observedGeneration":-1}, or tools read an empty status as healthy`)
			}
			columns := map[string]string{}
			for _, column := range version.AdditionalPrinterColumns {
				if column.Priority == 0 {
					columns[column.Name] = column.JSONPath
				}
			}
			for name, path := range map[string]string{
				"Ready":      `.status.conditions[?(@.type=="Ready")].status`,
				"Programmed": `.status.conditions[?(@.type=="Programmed")].status`,
				"Reason":     `.status.conditions[?(@.type=="Ready")].reason`,
				"Age":        `.metadata.creationTimestamp`,
			} {
				if columns[name] != path {
					t.Errorf("column %s shows %q, want %q", name, columns[name], path)
				}
			}
			conditions := version.Schema.OpenAPIV3Schema.Properties["status"].Properties["conditions"]
			if conditions.XListType == nil || *conditions.XListType != "map" || !slices.Equal(conditions.XListMapKeys, []string{"type"}) {
				t.Error("conditions are not a map by type, so two writers would overwrite each other's")
			}
		})
	}
}
