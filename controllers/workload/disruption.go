package workload

import (
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	applymeta "k8s.io/client-go/applyconfigurations/meta/v1"
	applypolicy "k8s.io/client-go/applyconfigurations/policy/v1"

	"github.com/pullmode/operator/api/v1alpha1"
)

// DisruptionBudget lets one replica be evicted at a time. It is written with
// maxUnavailable: a minAvailable of one would forbid draining the node of a
// runtime that has a single replica, for ever.
func DisruptionBudget(runtime *v1alpha1.RoutingRuntime) *applypolicy.PodDisruptionBudgetApplyConfiguration {
	return applypolicy.PodDisruptionBudget(runtime.Name, runtime.Namespace).
		WithLabels(labels(runtime)).
		WithOwnerReferences(owner(runtime)).
		WithSpec(applypolicy.PodDisruptionBudgetSpec().
			WithMaxUnavailable(intstr.FromInt32(1)).
			// A pod that is not ready serves nobody: evict it whenever a node asks.
			WithUnhealthyPodEvictionPolicy(policyv1.AlwaysAllow).
			WithSelector(applymeta.LabelSelector().WithMatchLabels(selector(runtime))))
}
