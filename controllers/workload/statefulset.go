package workload

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	applyapps "k8s.io/client-go/applyconfigurations/apps/v1"
	applycore "k8s.io/client-go/applyconfigurations/core/v1"
	applymeta "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/pullmode/operator/api/v1alpha1"
)

// dataVolume is the name of the claim; the claim of the first replica is
// data-<runtime>-0, and a runtime of the same name finds it again.
const dataVolume = "data"

// StatefulSet builds the one pod of a runtime with embedded storage, and its
// volume.
//
// Pods are managed in parallel: a replica waits for the operator to be ready,
// never for another replica, and a pod that cannot start must not keep its
// repaired template from being rolled out.
//
// first is the size that the volume was first made with, which the template keeps
// for ever; nil where there is none yet. A volume grows by itself: see volume.go.
func StatefulSet(runtime *v1alpha1.RoutingRuntime, image string, first *resource.Quantity) *applyapps.StatefulSetApplyConfiguration {
	return applyapps.StatefulSet(runtime.Name, runtime.Namespace).
		WithLabels(labels(runtime)).
		WithOwnerReferences(owner(runtime)).
		WithSpec(applyapps.StatefulSetSpec().
			WithReplicas(replicas(runtime)).
			WithServiceName(ReplicasServiceName(runtime.Name)).
			WithPodManagementPolicy(appsv1.ParallelPodManagement).
			WithSelector(applymeta.LabelSelector().WithMatchLabels(selector(runtime))).
			WithPersistentVolumeClaimRetentionPolicy(applyapps.StatefulSetPersistentVolumeClaimRetentionPolicy().
				WithWhenDeleted(whenDeleted(runtime)).
				// Zero replicas stop the service and keep its data.
				WithWhenScaled(appsv1.RetainPersistentVolumeClaimRetentionPolicyType)).
			WithVolumeClaimTemplates(claim(runtime, first)).
			WithTemplate(pod(runtime, image)))
}

func whenDeleted(runtime *v1alpha1.RoutingRuntime) appsv1.PersistentVolumeClaimRetentionPolicyType {
	if embedded := runtime.Spec.Storage.Embedded; embedded != nil && embedded.WhenDeleted == v1alpha1.VolumeDelete {
		return appsv1.DeletePersistentVolumeClaimRetentionPolicyType
	}
	return appsv1.RetainPersistentVolumeClaimRetentionPolicyType
}

func claim(runtime *v1alpha1.RoutingRuntime, first *resource.Quantity) *applycore.PersistentVolumeClaimApplyConfiguration {
	storage := ptr.Deref(runtime.Spec.Storage.Embedded, v1alpha1.EmbeddedStorage{})
	spec := applycore.PersistentVolumeClaimSpec().
		WithAccessModes(corev1.ReadWriteOnce).
		WithResources(applycore.VolumeResourceRequirements().
			WithRequests(corev1.ResourceList{corev1.ResourceStorage: ptr.Deref(first, storage.Size)}))
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
