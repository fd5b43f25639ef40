package workload

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
)

// running is what the cluster says of a runtime's pods.
type running struct {
	pods int32
	// firstSize is in the template of volumes, which cannot be changed.
	firstSize *resource.Quantity
	// complaints are why pods cannot be made.
	complaints []error
}

// running reads the workload; of one that is not there, or is not the runtime's,
// there is nothing to say.
func (r *Reconciler) running(ctx context.Context, rt *v1alpha1.RoutingRuntime) (running, error) {
	key := client.ObjectKeyFromObject(rt)
	if rt.Spec.Storage.Etcd != nil {
		var d appsv1.Deployment
		if err := r.Get(ctx, key, &d); err != nil || foreign(rt, &d) {
			return running{}, notRead("Deployment", rt.Name, err)
		}
		found := running{pods: d.Status.Replicas}
		for _, c := range d.Status.Conditions {
			if c.Type == appsv1.DeploymentReplicaFailure && c.Status == corev1.ConditionTrue {
				found.complaints = append(found.complaints, fmt.Errorf("Deployment %s cannot make its pods (%s): %s", d.Name, c.Message, advice(c.Message)))
			}
		}
		return found, nil
	}
	var s appsv1.StatefulSet
	if err := r.Get(ctx, key, &s); err != nil || foreign(rt, &s) {
		return running{}, notRead("StatefulSet", rt.Name, err)
	}
	found := running{pods: s.Status.Replicas}
	for _, c := range s.Spec.VolumeClaimTemplates {
		if c.Name == dataVolume {
			found.firstSize = ptr.To(c.Spec.Resources.Requests[corev1.ResourceStorage])
		}
	}
	return found, nil
}

func notRead(kind, name string, err error) error {
	if err = client.IgnoreNotFound(err); err != nil {
		return fmt.Errorf("read %s %s: %w", kind, name, err)
	}
	return nil
}
