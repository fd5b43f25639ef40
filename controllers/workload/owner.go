package workload

import (
	metav1 "k8s.io/client-go/applyconfigurations/meta/v1"

	"github.com/pullmode/operator/api/v1alpha1"
)

// owner makes the RoutingRuntime the controller of a child, so that a child goes
// with it. It does not block the deletion of its owner: nothing here ever hangs
// in Terminating.
func owner(runtime *v1alpha1.RoutingRuntime) *metav1.OwnerReferenceApplyConfiguration {
	return metav1.OwnerReference().
		WithAPIVersion(v1alpha1.GroupVersion.String()).
		WithKind("RoutingRuntime").
		WithName(runtime.Name).
		WithUID(runtime.UID).
		WithController(true)
}
