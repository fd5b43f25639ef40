package workload

import (
	"maps"
	"time"

	applycore "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/pullmode/operator/api/v1alpha1"
)

// drainMargin is what a pod has beyond its drain: to be told (the kubelet first
// runs the signal past the container's init), to close its store, and to exit.
const drainMargin = 15 * time.Second

// pod builds what all of a runtime's pods are made from. It does not depend on
// how many there are: who scales must not restart them.
func pod(runtime *v1alpha1.RoutingRuntime, image string) *applycore.PodTemplateSpecApplyConfiguration {
	wanted := &runtime.Spec.Pod
	grace := runtime.Spec.DrainTimeout.Duration + drainMargin
	spec := applycore.PodSpec().
		WithServiceAccountName(runtime.Name).
		// The runtime knows nothing of Kubernetes: no token, no addresses of other services.
		WithAutomountServiceAccountToken(false).
		WithEnableServiceLinks(false).
		WithTerminationGracePeriodSeconds(int64(grace.Round(time.Second) / time.Second)).
		WithSecurityContext(podSecurity()).
		WithContainers(container(runtime, image)).
		WithVolumes(volumes(runtime)...).
		WithNodeSelector(plain(wanted.NodeSelector)).
		WithTopologySpreadConstraints(spread(runtime)...)
	if wanted.PriorityClassName != "" {
		spec.WithPriorityClassName(wanted.PriorityClassName)
	}
	if wanted.Affinity != nil {
		spec.WithAffinity(sameFields[applycore.AffinityApplyConfiguration](wanted.Affinity))
	}
	for i := range wanted.Tolerations {
		spec.WithTolerations(sameFields[applycore.TolerationApplyConfiguration](&wanted.Tolerations[i]))
	}
	for _, secret := range wanted.ImagePullSecrets {
		spec.WithImagePullSecrets(applycore.LocalObjectReference().WithName(secret.Name))
	}
	carried := plain(wanted.Labels)
	maps.Copy(carried, labels(runtime))
	return applycore.PodTemplateSpec().
		WithLabels(carried).
		WithAnnotations(plain(wanted.Annotations)).
		WithSpec(spec)
}
