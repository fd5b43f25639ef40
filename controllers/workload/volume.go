package workload

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/pullmode/operator/api/v1alpha1"
)

// VolumeError says that a volume does not get the size that is wanted.
type VolumeError struct {
	Volume, Class, Has, Wanted string
	// Words are Kubernetes' own.
	Words string
}

func (e *VolumeError) Error() string {
	return fmt.Sprintf("The volume %s stays at %s instead of %s (%s): set allowVolumeExpansion on StorageClass %s if its driver can expand volumes, or write %s again and restore a backup into a RoutingRuntime with a larger volume.",
		e.Volume, e.Has, e.Wanted, e.Words, e.Class, e.Has)
}

// volumeName is the claim of the one pod, as a StatefulSet names it. It outlives
// the StatefulSet, and belongs to nobody where it is to be kept.
func volumeName(rt *v1alpha1.RoutingRuntime) string { return dataVolume + "-" + rt.Name + "-0" }

// ofVolume is the RoutingRuntime that a claim is of.
func ofVolume(_ context.Context, claim client.Object) []reconcile.Request {
	name := claim.GetLabels()[LabelInstance]
	if claim.GetName() != dataVolume+"-"+name+"-0" {
		return nil
	}
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: claim.GetNamespace(), Name: name}}}
}

// grow asks for a larger volume where one is wanted. A volume that is larger than
// that is left as it is. Kubernetes takes nothing before the volume is there, so
// until then there is nothing to ask.
func (r *Reconciler) grow(ctx context.Context, rt *v1alpha1.RoutingRuntime) error {
	embedded := rt.Spec.Storage.Embedded
	if embedded == nil {
		return nil
	}
	var claim corev1.PersistentVolumeClaim
	err := r.Get(ctx, types.NamespacedName{Namespace: rt.Namespace, Name: volumeName(rt)}, &claim)
	if err != nil || claim.Labels[LabelInstance] != rt.Name || claim.Status.Phase != corev1.ClaimBound {
		return notRead("PersistentVolumeClaim", volumeName(rt), err)
	}
	asked, has := claim.Spec.Resources.Requests[corev1.ResourceStorage], claim.Status.Capacity[corev1.ResourceStorage]
	stays := func(words string) error {
		return &VolumeError{
			Volume: claim.Name, Class: ptr.Deref(claim.Spec.StorageClassName, ""),
			Has: has.String(), Wanted: embedded.Size.String(), Words: words,
		}
	}
	if embedded.Size.Cmp(asked) > 0 {
		patch, err := json.Marshal(fields{"spec": fields{"resources": fields{"requests": fields{"storage": embedded.Size.String()}}}})
		if err != nil {
			return err
		}
		if err := r.Patch(ctx, &claim, client.RawPatch(types.MergePatchType, patch), client.FieldOwner(FieldManager)); err != nil {
			if has.IsZero() {
				has = asked
			}
			return stays(err.Error())
		}
		return nil
	}
	if words := resizeProblem(claim.Status); words != "" && embedded.Size.Cmp(has) > 0 {
		return stays(words)
	}
	return nil
}

// resizeProblem is what Kubernetes says of an expansion that it began and cannot
// bring to its end; empty while it is well.
func resizeProblem(status corev1.PersistentVolumeClaimStatus) string {
	var words []string
	for _, c := range status.Conditions {
		failed := c.Type == corev1.PersistentVolumeClaimControllerResizeError || c.Type == corev1.PersistentVolumeClaimNodeResizeError
		if failed && c.Status == corev1.ConditionTrue {
			words = append(words, c.Message)
		}
	}
	switch s := status.AllocatedResourceStatuses[corev1.ResourceStorage]; {
	case len(words) > 0:
	case s == corev1.PersistentVolumeClaimControllerResizeInfeasible || s == corev1.PersistentVolumeClaimNodeResizeInfeasible:
		words = append(words, string(s))
	}
	return strings.Join(words, "; ")
}
