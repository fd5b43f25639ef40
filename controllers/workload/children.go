package workload

import (
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/pullmode/operator/api/v1alpha1"
)

// Options are what every runtime has from the operator.
type Options struct {
	// Image is for runtimes that name none themselves.
	Image string
	// OperatorNamespace is where the operator's own pods are; empty when it runs outside the cluster.
	OperatorNamespace string
}

// surroundings are what a runtime's pods need around them, in the order in which
// it is needed. Nothing of it depends on Secrets of others.
func surroundings(rt *v1alpha1.RoutingRuntime, o Options) []runtime.ApplyConfiguration {
	return []runtime.ApplyConfiguration{
		ServiceAccount(rt),
		NetworkPolicy(rt, o.OperatorNamespace),
		ReplicasService(rt),
		DisruptionBudget(rt),
	}
}

// serving are the pods and how clients get to them. They change together, since a
// Service that speaks TLS is nothing before pods that do not.
//
// first is the size that a volume was first made with; nil where there is none.
func serving(rt *v1alpha1.RoutingRuntime, o Options, first *resource.Quantity) []runtime.ApplyConfiguration {
	all := []runtime.ApplyConfiguration{Service(rt), workload(rt, o, first)}
	if in := Ingress(rt); in != nil {
		all = append(all, in)
	}
	return all
}

// workload is what makes the pods: where each needs a volume of its own a
// StatefulSet, and otherwise a Deployment.
func workload(rt *v1alpha1.RoutingRuntime, o Options, first *resource.Quantity) runtime.ApplyConfiguration {
	if rt.Spec.Storage.Etcd != nil {
		return Deployment(rt, o.image(rt))
	}
	return StatefulSet(rt, o.image(rt), first)
}

func (o Options) image(rt *v1alpha1.RoutingRuntime) string {
	if rt.Spec.Image != "" {
		return rt.Spec.Image
	}
	return o.Image
}
