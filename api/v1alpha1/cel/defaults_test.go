package cel_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/discovery"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// What the API server stores of the smallest object: defaults are in the schema alone, so this is all there is.
func TestDefaults(t *testing.T) {
	for kind, tc := range kinds {
		t.Run(kind, func(t *testing.T) {
			created := object(t, newNamespace(t), tc.minimal)
			if err := apiClient.Create(t.Context(), created, client.FieldValidation("Strict")); err != nil {
				t.Fatal(err)
			}
			stored := new(unstructured.Unstructured)
			stored.SetGroupVersionKind(created.GroupVersionKind())
			if err := apiClient.Get(t.Context(), client.ObjectKeyFromObject(created), stored); err != nil {
				t.Fatal(err)
			}
			want := parse(t, tc.defaulted)
			want["status"] = map[string]any{"observedGeneration": int64(-1)}
			got := map[string]any{"spec": stored.Object["spec"], "status": stored.Object["status"]}
			if diff := cmp.Diff(normal(t, want), normal(t, got)); diff != "" {
				t.Errorf("stored object (-want +got):\n%s", diff)
			}
		})
	}
}

// normal brings numbers, whatever they were decoded as, into one form.
func normal(t *testing.T, content map[string]any) map[string]any {
	t.Helper()
	raw, err := (&unstructured.Unstructured{Object: map[string]any{"kind": "x", "content": content}}).MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, string(raw))["content"].(map[string]any)
}

func TestShortNamesAndCategory(t *testing.T) {
	type names struct{ Short, Categories []string }
	want := map[string]names{
		"RoutingRuntime":     {[]string{"prt"}, []string{"pullmode"}},
		"MediaRoutingDomain": {[]string{"mrd"}, []string{"pullmode"}},
		"Worklist":           {[]string{"wl"}, []string{"pullmode"}},
		"Channel":            {[]string{"chn"}, []string{"pullmode"}},
		"AgentSubscription":  {[]string{"asub"}, []string{"pullmode"}},
	}
	finder, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	resources, err := finder.ServerResourcesForGroupVersion("pullmode.io/v1alpha1")
	if err != nil {
		t.Fatal(err)
	}
	got, subresources := map[string]names{}, map[string]int{}
	for _, resource := range resources.APIResources {
		if _, subresource, is := strings.Cut(resource.Name, "/"); is {
			subresources[subresource]++
			continue
		}
		got[resource.Kind] = names{resource.ShortNames, resource.Categories}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("discovered names (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"status": len(want), "scale": 1}, subresources); diff != "" {
		t.Errorf("subresources (-want +got):\n%s", diff)
	}
}
