package workload

import (
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

// Children builds everything that a runtime is made of except its Secrets, in
// the order in which it is needed.
func Children(rt *v1alpha1.RoutingRuntime, o Options) []runtime.ApplyConfiguration {
	return []runtime.ApplyConfiguration{
		ServiceAccount(rt),
		NetworkPolicy(rt, o.OperatorNamespace),
		ReplicasService(rt),
		Service(rt),
		DisruptionBudget(rt),
		StatefulSet(rt, o.image(rt)),
	}
}

func (o Options) image(rt *v1alpha1.RoutingRuntime) string {
	if rt.Spec.Image != "" {
		return rt.Spec.Image
	}
	return o.Image
}
