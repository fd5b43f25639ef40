package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
)

// Runtime finds the RoutingRuntime of the namespace: the one of that name or, where
// none is named, the one that serves.
func (a *Access) Runtime(ctx context.Context, name string) (*v1alpha1.RoutingRuntime, error) {
	var all v1alpha1.RoutingRuntimeList
	if err := a.Kube.List(ctx, &all, client.InNamespace(a.Namespace)); err != nil {
		return nil, a.explain(err, "list routingruntimes")
	}
	if len(all.Items) == 0 {
		return nil, a.Nothing(ctx, "no RoutingRuntime")
	}
	if name == "" {
		if rt := compile.Elected(all.Items); rt != nil {
			return rt, nil
		}
		name = all.Items[0].Name // it is being deleted, and may still run
	}
	names := make([]string, len(all.Items))
	for i := range all.Items {
		if names[i] = all.Items[i].Name; names[i] == name {
			return &all.Items[i], nil
		}
	}
	return nil, &Problem{
		What: fmt.Sprintf("namespace %s has no RoutingRuntime %s", a.Namespace, name),
		Next: "there is: " + strings.Join(names, ", "),
	}
}

// Nothing is the error of a namespace that lacks something: it says whether the
// namespace is there at all, and where there is a RoutingRuntime.
func (a *Access) Nothing(ctx context.Context, what string) error {
	p := &Problem{What: fmt.Sprintf("there is %s in namespace %s", what, a.Namespace), Next: "name another namespace with -n, or declare one: kubectl explain routingruntime.spec"}
	var namespace corev1.Namespace
	if err := a.Kube.Get(ctx, types.NamespacedName{Name: a.Namespace}, &namespace); apierrors.IsNotFound(err) {
		p.What = "there is no namespace " + a.Namespace
	}
	var elsewhere v1alpha1.RoutingRuntimeList
	if err := a.Kube.List(ctx, &elsewhere); err == nil && len(elsewhere.Items) > 0 { // whoever may look only here is not told
		names := make([]string, 0, len(elsewhere.Items))
		for i := range elsewhere.Items {
			names = append(names, elsewhere.Items[i].Namespace)
		}
		slices.Sort(names)
		names = slices.Compact(names)
		const most = 5
		if more := len(names) - most; more > 0 {
			names = append(names[:most], fmt.Sprintf("and %d more", more))
		}
		p.Next = "name another namespace with -n; a RoutingRuntime is in: " + strings.Join(names, ", ")
	}
	return p
}
