package workload

import (
	applycore "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/pullmode/operator/api/v1alpha1"
)

// ServiceAccount is the runtime's identity. It is bound to nothing, and no token
// of it is mounted anywhere.
func ServiceAccount(runtime *v1alpha1.RoutingRuntime) *applycore.ServiceAccountApplyConfiguration {
	return applycore.ServiceAccount(runtime.Name, runtime.Namespace).
		WithLabels(labels(runtime)).
		WithOwnerReferences(owner(runtime)).
		WithAutomountServiceAccountToken(false)
}
