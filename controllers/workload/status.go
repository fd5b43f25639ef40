package workload

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	applymeta "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
	applyv1alpha1 "github.com/pullmode/operator/api/v1alpha1/applyconfiguration/api/v1alpha1"
)

// report writes the two things of a RoutingRuntime's status that this controller
// owns: the address, and, while it is true, the condition Degraded that says
// which child could not be applied and why.
func (r *Reconciler) report(ctx context.Context, rt *v1alpha1.RoutingRuntime, failure error) error {
	present := meta.FindStatusCondition(rt.Status.Conditions, string(v1alpha1.ConditionDegraded))
	wanted := degraded(rt, present, failure, metav1.NewTime(r.Now()))
	if rt.Status.Address == Address(rt) && ptr.Equal(present, wanted) {
		return nil
	}
	status := applyv1alpha1.RoutingRuntimeStatus().WithAddress(Address(rt))
	if wanted != nil {
		status.WithConditions(applymeta.Condition().
			WithType(wanted.Type).
			WithStatus(wanted.Status).
			WithObservedGeneration(wanted.ObservedGeneration).
			WithLastTransitionTime(wanted.LastTransitionTime).
			WithReason(wanted.Reason).
			WithMessage(wanted.Message))
	}
	err := r.Status().Apply(ctx, applyv1alpha1.RoutingRuntime(rt.Name, rt.Namespace).WithStatus(status),
		client.FieldOwner(FieldManager), client.ForceOwnership)
	if err != nil {
		return fmt.Errorf("write the status of RoutingRuntime %s: %w", rt.Name, err)
	}
	return nil
}

// degraded is the condition as it should be; nil when there is nothing to complain of.
func degraded(rt *v1alpha1.RoutingRuntime, present *metav1.Condition, failure error, now metav1.Time) *metav1.Condition {
	if failure == nil {
		return nil
	}
	c := &metav1.Condition{
		Type:               string(v1alpha1.ConditionDegraded),
		Status:             metav1.ConditionTrue,
		ObservedGeneration: rt.Generation,
		LastTransitionTime: now,
		Reason:             string(v1alpha1.ReasonNotApplied),
		Message:            failure.Error(),
	}
	if present != nil && present.Status == c.Status {
		c.LastTransitionTime = present.LastTransitionTime
	}
	return c
}
