package packaging_test

import (
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// granted waits until the API server lets the operator do all that an installation
// says: it notices each role and each binding in its own time, and what is asked
// before that is refused.
func (s *server) granted(t *testing.T, operator string, objects []*unstructured.Unstructured) {
	t.Helper()
	for _, right := range rights(t, objects) {
		NewWithT(t).Eventually(func() bool { return s.may(t, operator, right) }, patience).Should(BeTrue(), "may the operator: %+v", right)
	}
}

// revoked waits until nothing of that is left, for the next installation not to be
// taken for granted by what is about to go.
func (s *server) revoked(t *testing.T, operator string, objects []*unstructured.Unstructured) {
	t.Helper()
	for _, right := range rights(t, objects) {
		NewWithT(t).Eventually(func() bool { return s.may(t, operator, right) }, patience).Should(BeFalse(), "may the operator: %+v", right)
	}
}

// rights are all that an installation's bindings grant.
func rights(t *testing.T, objects []*unstructured.Unstructured) (all []authorizationv1.ResourceAttributes) {
	t.Helper()
	key := func(kind, namespace, name string) string { return kind + " " + namespace + "/" + name }
	roles, bindings := map[string]rbacv1.ClusterRole{}, []rbacv1.RoleBinding{}
	for _, o := range objects {
		switch o.GetKind() {
		case "ClusterRole", "Role": // their rules are of one form
			roles[key(o.GetKind(), o.GetNamespace(), o.GetName())] = typed[rbacv1.ClusterRole](t, o)
		case "ClusterRoleBinding", "RoleBinding":
			bindings = append(bindings, typed[rbacv1.RoleBinding](t, o))
		}
	}
	for _, b := range bindings {
		in := b.Namespace
		if b.RoleRef.Kind == "ClusterRole" {
			in = ""
		}
		for _, rule := range roles[key(b.RoleRef.Kind, in, b.RoleRef.Name)].Rules {
			all = append(all, of(rule, b.Namespace)...)
		}
	}
	if len(all) == 0 {
		t.Fatal("the installation grants nothing")
	}
	return all
}

// of are all the single things that a rule allows in a namespace.
func of(rule rbacv1.PolicyRule, namespace string) (all []authorizationv1.ResourceAttributes) {
	names := rule.ResourceNames
	if len(names) == 0 {
		names = []string{""}
	}
	for _, group := range rule.APIGroups {
		for _, what := range rule.Resources {
			resource, part, _ := strings.Cut(what, "/")
			for _, verb := range rule.Verbs {
				for _, name := range names {
					all = append(all, authorizationv1.ResourceAttributes{
						Namespace: namespace, Verb: verb, Group: group, Resource: resource, Subresource: part, Name: name,
					})
				}
			}
		}
	}
	return all
}

func typed[T any](t *testing.T, o *unstructured.Unstructured) (into T) {
	t.Helper()
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &into); err != nil {
		t.Fatal(err)
	}
	return into
}
