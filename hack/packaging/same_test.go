package packaging_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// What the chart's objects carry beside what the kustomizations say. Labels of pods
// and selectors are none of these: they are held to be the same.
var chartLabels = []string{
	"app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/version", "app.kubernetes.io/managed-by",
	"app.kubernetes.io/part-of", "helm.sh/chart",
}

const keep = "helm.sh/resource-policy"

// another is a kustomization of a user's own with an image of their own.
const another = `
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- CONFIG/overlays/high-availability
images:
- name: localhost/pullmode
  newName: registry.example.com:5000/pullmode
  newTag: v1
replacements:
- source: {kind: Deployment, name: pullmode-operator, fieldPath: "spec.template.spec.containers.[name=operator].image"}
  targets:
  - select: {kind: Deployment, name: pullmode-operator}
    fieldPaths: ["spec.template.spec.containers.[name=operator].env.[name=RUNTIME_IMAGE].value"]
`

// The kustomizations of an operator in team-a that looks after team-b too.
const (
	teamA = `
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: team-a
resources:
- CONFIG/overlays/namespaced
patches:
- target: {kind: Deployment}
  patch: "- {op: replace, path: /spec/template/spec/containers/0/args/3, value: '--namespaces=$(POD_NAMESPACE),team-b'}"
`
	teamB = `
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: team-b
resources:
- CONFIG/overlays/further-namespace
patches:
- target: {kind: RoleBinding}
  patch: "- {op: replace, path: /subjects/0/namespace, value: team-a}"
`
)

// installation is one way of installing, said twice.
type installation struct {
	namespace string
	// values are the chart's.
	values []string
	// folders are of the kustomizations.
	folders func(t *testing.T) []string
}

func folder(path string) func(*testing.T) []string {
	return func(*testing.T) []string { return []string{"../../config/" + path} }
}

func written(texts ...string) func(*testing.T) []string {
	return func(t *testing.T) []string {
		var folders []string
		for _, text := range texts {
			folders = append(folders, kustomization(t, text))
		}
		return folders
	}
}

var nothingOfTheCluster = []string{"crds.install=false", "peopleRoles=false"}

var installations = map[string]installation{
	"in every namespace": {
		namespace: "pullmode-system",
		folders:   folder("default"),
	},
	"in its own namespace": {
		namespace: "pullmode-system",
		values:    append([]string{"watch.ownNamespace=true"}, nothingOfTheCluster...),
		folders:   folder("overlays/namespaced"),
	},
	"in several namespaces": {
		namespace: "team-a",
		values:    append([]string{"watch.ownNamespace=true", "watch.namespaces={team-b}"}, nothingOfTheCluster...),
		folders:   written(teamA, teamB),
	},
	"highly available": {
		namespace: "pullmode-system",
		values:    []string{"replicas=2"},
		folders:   folder("overlays/high-availability"),
	},
	"monitored": {
		namespace: "pullmode-system",
		values:    []string{"metrics.monitors=true", "metrics.rules=true", "metrics.dashboard=true"},
		folders:   folder("overlays/monitored"),
	},
	"from another registry": {
		namespace: "pullmode-system",
		values:    []string{"replicas=2", "image.repository=registry.example.com:5000/pullmode", "image.tag=v1"},
		folders:   written(another),
	},
}

func TestChartAndKustomizationsInstallTheSame(t *testing.T) {
	for name, tc := range installations {
		t.Run(name, func(t *testing.T) {
			var built []*unstructured.Unstructured
			for _, folder := range tc.folders(t) {
				built = append(built, kustomize(t, folder)...)
			}
			want, got := indexed(built), indexed(template(t, tc.namespace, tc.values...))
			delete(want, "Namespace /pullmode-system") // helm install --create-namespace
			if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" {
				t.Errorf("objects (-kustomization +chart):\n%s", diff)
			}
			for key := range want {
				if diff := cmp.Diff(want[key], got[key]); diff != "" && got[key] != nil {
					t.Errorf("%s (-kustomization +chart):\n%s", key, diff)
				}
			}
		})
	}
}

// indexed gives objects by what they are, without what only a chart adds.
func indexed(objects []*unstructured.Unstructured) map[string]map[string]any {
	index := map[string]map[string]any{}
	for _, o := range objects {
		o = o.DeepCopy()
		without(o, chartLabels, "metadata", "labels")
		without(o, []string{keep}, "metadata", "annotations")
		ownNamespace(o)
		index[o.GetKind()+" "+o.GetNamespace()+"/"+o.GetName()] = o.Object
	}
	return index
}

func without(o *unstructured.Unstructured, keys []string, path ...string) {
	for _, key := range keys {
		unstructured.RemoveNestedField(o.Object, append(slices.Clone(path), key)...)
	}
	if left, _, _ := unstructured.NestedMap(o.Object, path...); len(left) == 0 {
		unstructured.RemoveNestedField(o.Object, path...)
	}
}

// ownNamespace puts the pod's namespace into arguments, as the kubelet would.
func ownNamespace(o *unstructured.Unstructured) {
	containers, _, _ := unstructured.NestedSlice(o.Object, "spec", "template", "spec", "containers")
	for _, c := range containers {
		args, _, _ := unstructured.NestedStringSlice(c.(map[string]any), "args")
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "$(POD_NAMESPACE)", o.GetNamespace())
		}
		_ = unstructured.SetNestedStringSlice(c.(map[string]any), args, "args")
	}
	if len(containers) > 0 {
		_ = unstructured.SetNestedSlice(o.Object, containers, "spec", "template", "spec", "containers")
	}
}

// A CRD that goes takes every object of its kind along: it stays, unless somebody says otherwise.
func TestUninstallingLeavesTheCRDs(t *testing.T) {
	for name, tc := range map[string]struct {
		values []string
		want   string
	}{
		"as it comes":   {want: "keep"},
		"not asked for": {values: []string{"crds.keep=false"}},
	} {
		t.Run(name, func(t *testing.T) {
			crds := 0
			for _, o := range template(t, "pullmode-system", tc.values...) {
				if got := o.GetAnnotations()[keep]; o.GetKind() != "CustomResourceDefinition" {
					if got != "" {
						t.Errorf("%s %s has %s=%s: it would be left behind", o.GetKind(), o.GetName(), keep, got)
					}
				} else if crds++; got != tc.want {
					t.Errorf("%s has %s=%q, want %q", o.GetName(), keep, got, tc.want)
				}
			}
			if crds != 5 {
				t.Errorf("%d CRDs, want 5", crds)
			}
		})
	}
}

// Nothing in the namespaced installations belongs to the whole cluster: not the smallest right in it.
func TestNamespacedMeansThatNothingIsOfTheCluster(t *testing.T) {
	for _, name := range []string{"in its own namespace", "in several namespaces"} {
		tc := installations[name]
		t.Run(name, func(t *testing.T) {
			for _, o := range template(t, tc.namespace, tc.values...) {
				if o.GetNamespace() == "" || strings.HasPrefix(o.GetKind(), "Cluster") {
					t.Errorf("%s %s belongs to the cluster", o.GetKind(), o.GetName())
				}
			}
		})
	}
}
