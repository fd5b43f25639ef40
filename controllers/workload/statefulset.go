package workload

import (
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	applyapps "k8s.io/client-go/applyconfigurations/apps/v1"
	applycore "k8s.io/client-go/applyconfigurations/core/v1"
	applymeta "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/pullmode/operator/api/v1alpha1"
)

// dataVolume is the name of the claim; the claim of the first replica is
// data-<runtime>-0, and a runtime of the same name finds it again.
const dataVolume = "data"

// drainMargin is what a pod has beyond its drain: to be told (the kubelet first
// runs the signal past the container's init), to close its store, and to exit.
const drainMargin = 15 * time.Second

// StatefulSet builds the runtime's pods and their volumes.
//
// Pods are managed in parallel: a replica waits for the operator to be ready,
// never for another replica, and a pod that cannot start must not keep its
// repaired template from being rolled out.
func StatefulSet(runtime *v1alpha1.RoutingRuntime, image string) *applyapps.StatefulSetApplyConfiguration {
	return applyapps.StatefulSet(runtime.Name, runtime.Namespace).
		WithLabels(labels(runtime)).
		WithOwnerReferences(owner(runtime)).
		WithSpec(applyapps.StatefulSetSpec().
			WithReplicas(ptr.Deref(runtime.Spec.Replicas, 1)).
			WithServiceName(ReplicasServiceName(runtime.Name)).
			WithPodManagementPolicy(appsv1.ParallelPodManagement).
			WithSelector(applymeta.LabelSelector().WithMatchLabels(selector(runtime))).
			WithPersistentVolumeClaimRetentionPolicy(applyapps.StatefulSetPersistentVolumeClaimRetentionPolicy().
				WithWhenDeleted(whenDeleted(runtime)).
				// Zero replicas stop the service and keep its data.
				WithWhenScaled(appsv1.RetainPersistentVolumeClaimRetentionPolicyType)).
			WithVolumeClaimTemplates(claim(runtime)).
			WithTemplate(pod(runtime, image)))
}

func whenDeleted(runtime *v1alpha1.RoutingRuntime) appsv1.PersistentVolumeClaimRetentionPolicyType {
	if embedded := runtime.Spec.Storage.Embedded; embedded != nil && embedded.WhenDeleted == v1alpha1.VolumeDelete {
		return appsv1.DeletePersistentVolumeClaimRetentionPolicyType
	}
	return appsv1.RetainPersistentVolumeClaimRetentionPolicyType
}

func claim(runtime *v1alpha1.RoutingRuntime) *applycore.PersistentVolumeClaimApplyConfiguration {
	storage := ptr.Deref(runtime.Spec.Storage.Embedded, v1alpha1.EmbeddedStorage{})
	spec := applycore.PersistentVolumeClaimSpec().
		WithAccessModes(corev1.ReadWriteOnce).
		WithResources(applycore.VolumeResourceRequirements().
			WithRequests(corev1.ResourceList{corev1.ResourceStorage: storage.Size}))
	if storage.StorageClassName != nil {
		spec.WithStorageClassName(*storage.StorageClassName)
	}
	template := applycore.PersistentVolumeClaim(dataVolume, "").
		WithLabels(labels(runtime)).
		WithSpec(spec)
	// A template has no namespace, and the API server does not give back of which kind it is.
	template.Namespace, template.APIVersion, template.Kind = nil, nil, nil
	return template
}

func pod(runtime *v1alpha1.RoutingRuntime, image string) *applycore.PodTemplateSpecApplyConfiguration {
	grace := runtime.Spec.DrainTimeout.Duration + drainMargin
	return applycore.PodTemplateSpec().
		WithLabels(labels(runtime)).
		WithSpec(applycore.PodSpec().
			WithServiceAccountName(runtime.Name).
			// The runtime knows nothing of Kubernetes: no token, no addresses of other services.
			WithAutomountServiceAccountToken(false).
			WithEnableServiceLinks(false).
			WithTerminationGracePeriodSeconds(int64(grace.Round(time.Second)/time.Second)).
			WithSecurityContext(podSecurity()).
			WithContainers(container(runtime, image)).
			WithVolumes(
				applycore.Volume().WithName("tls").WithSecret(applycore.SecretVolumeSource().
					WithSecretName(ServerSecretName(runtime.Name)).
					// Readable by the group that fsGroup makes owner of it, and by nobody else.
					WithDefaultMode(0o440)),
				applycore.Volume().WithName("tmp").WithEmptyDir(applycore.EmptyDirVolumeSource()),
			))
}
