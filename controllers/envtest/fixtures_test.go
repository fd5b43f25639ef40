package envtest_test

import (
	"context"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	health "github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/google/go-cmp/cmp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/pullmode/operator/api/v1alpha1"
)

// The objects on which config/gitops tests what GitOps tools make of them. They
// are what the operator and the API server made of YAML here, so that those tests
// need neither.
const fixtures = "../../config/gitops/testdata"

var update = flag.Bool("update", false, "write the fixtures of config/gitops from what the objects are now")

// record holds the fixture of a phase to the objects as they are, by kind and name,
// once all that belongs to the phase was written.
func record(ctx context.Context, namespace, phase string, objects map[string]string) {
	GinkgoHelper()
	file := filepath.Join(fixtures, phase+".yaml")
	if *update {
		Expect(os.WriteFile(file, []byte(essences(ctx, namespace, objects)), 0o644)).To(Succeed())
		return
	}
	want, err := os.ReadFile(file)
	Expect(err).NotTo(HaveOccurred())
	Eventually(func() string { return cmp.Diff(string(want), essences(ctx, namespace, objects)) }).
		Should(BeEmpty(), "%s is not what the operator writes (-want +got); run this suite with -update", file)
}

// essences are the documents of objects, by kind and name.
func essences(ctx context.Context, namespace string, objects map[string]string) string {
	GinkgoHelper()
	var documents []string
	for _, kind := range slices.Sorted(maps.Keys(objects)) {
		live := &unstructured.Unstructured{}
		live.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind))
		Expect(kube.Get(ctx, types.NamespacedName{Namespace: namespace, Name: objects[kind]}, live)).To(Succeed())
		essence := essenceOf(live)
		Expect(kstatus(essence)).To(Equal(kstatus(live)), "what the fixture leaves out of %s matters", kind)
		document, err := yaml.Marshal(essence.Object)
		Expect(err).NotTo(HaveOccurred())
		documents = append(documents, string(document))
	}
	return strings.Join(documents, "---\n")
}

func kstatus(object *unstructured.Unstructured) string {
	GinkgoHelper()
	result, err := health.Compute(object)
	Expect(err).NotTo(HaveOccurred())
	return result.Status.String()
}

// essenceOf is an object without what differs from one run to the next, and
// without what no health check reads.
func essenceOf(live *unstructured.Unstructured) *unstructured.Unstructured {
	essence := &unstructured.Unstructured{Object: map[string]any{}}
	essence.SetGroupVersionKind(live.GroupVersionKind())
	essence.SetName(live.GetName())
	essence.SetGeneration(live.GetGeneration())
	if live.GetDeletionTimestamp() != nil {
		Expect(unstructured.SetNestedField(essence.Object, "2026-01-01T00:00:00Z", "metadata", "deletionTimestamp")).To(Succeed())
	}
	for _, path := range [][]string{
		{"spec", "replicas"}, {"status", "observedGeneration"}, {"status", "programmedGeneration"}, {"status", "conditions"},
	} {
		value, found, err := unstructured.NestedFieldCopy(live.Object, path...)
		Expect(err).NotTo(HaveOccurred())
		if !found {
			continue
		}
		if conditions, ok := value.([]any); ok {
			for _, c := range conditions {
				delete(c.(map[string]any), "lastTransitionTime")
			}
		}
		Expect(unstructured.SetNestedField(essence.Object, value, path...)).To(Succeed())
	}
	return essence
}
