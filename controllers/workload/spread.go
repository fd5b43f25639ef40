package workload

import (
	corev1 "k8s.io/api/core/v1"
	applycore "k8s.io/client-go/applyconfigurations/core/v1"
	applymeta "k8s.io/client-go/applyconfigurations/meta/v1"

	"github.com/pullmode/operator/api/v1alpha1"
)

// spread says how pods spread over zones and nodes: as is wanted, or else, where
// there can be several, as well as it can be done. A pod on the same node is
// better than none.
func spread(runtime *v1alpha1.RoutingRuntime) []*applycore.TopologySpreadConstraintApplyConfiguration {
	ours := applymeta.LabelSelector().WithMatchLabels(selector(runtime))
	var all []*applycore.TopologySpreadConstraintApplyConfiguration
	for i := range runtime.Spec.Pod.TopologySpreadConstraints {
		c := sameFields[applycore.TopologySpreadConstraintApplyConfiguration](&runtime.Spec.Pod.TopologySpreadConstraints[i])
		if c.LabelSelector == nil {
			c.WithLabelSelector(ours) // none at all would count no pod
		}
		all = append(all, c)
	}
	if len(all) > 0 || runtime.Spec.Storage.Etcd == nil {
		return all
	}
	for _, domain := range []string{corev1.LabelTopologyZone, corev1.LabelHostname} {
		all = append(all, applycore.TopologySpreadConstraint().
			WithMaxSkew(1).
			WithTopologyKey(domain).
			WithWhenUnsatisfiable(corev1.ScheduleAnyway).
			WithLabelSelector(ours))
	}
	return all
}
