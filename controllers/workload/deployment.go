package workload

import (
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	applyapps "k8s.io/client-go/applyconfigurations/apps/v1"
	applymeta "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/pullmode/operator/api/v1alpha1"
)

// Deployment builds the pods of a runtime whose storage is an etcd: any number of
// equal ones, with nothing of their own.
//
// One pod more is started before one is stopped, and it is ready only once it
// serves the snapshot: the clients of the one that goes have somewhere to resume.
func Deployment(runtime *v1alpha1.RoutingRuntime, image string) *applyapps.DeploymentApplyConfiguration {
	return applyapps.Deployment(runtime.Name, runtime.Namespace).
		WithLabels(labels(runtime)).
		WithOwnerReferences(owner(runtime)).
		WithSpec(applyapps.DeploymentSpec().
			WithReplicas(replicas(runtime)).
			WithSelector(applymeta.LabelSelector().WithMatchLabels(selector(runtime))).
			WithStrategy(applyapps.DeploymentStrategy().
				WithType(appsv1.RollingUpdateDeploymentStrategyType).
				WithRollingUpdate(applyapps.RollingUpdateDeployment().
					WithMaxUnavailable(intstr.FromInt32(0)).
					WithMaxSurge(intstr.FromInt32(1)))).
			WithTemplate(pod(runtime, image)))
}

func replicas(runtime *v1alpha1.RoutingRuntime) int32 { return ptr.Deref(runtime.Spec.Replicas, 1) }
