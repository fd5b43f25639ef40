package workload

import (
	"context"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	k8slabels "k8s.io/apimachinery/pkg/labels"
	applymeta "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
	applyv1alpha1 "github.com/pullmode/operator/api/v1alpha1/applyconfiguration/api/v1alpha1"
	"github.com/pullmode/operator/controllers/notice"
)

// report writes what of a RoutingRuntime's status this controller owns: where the
// runtime is reached, how many pods there are, and, while it is true, the condition
// Degraded that says what is wrong with a child.
func (r *Reconciler) report(ctx context.Context, rt *v1alpha1.RoutingRuntime, done outcome) error {
	if r.reported(rt, done) {
		return nil
	}
	// The cache may not have what was written a moment ago, and nothing is told twice.
	last := &v1alpha1.RoutingRuntime{}
	if err := r.Live.Get(ctx, client.ObjectKeyFromObject(rt), last); err != nil {
		return fmt.Errorf("read the status of RoutingRuntime %s: %w", rt.Name, err)
	}
	rt = rt.DeepCopy()
	if rt.Status = last.Status; r.reported(rt, done) {
		return nil
	}
	present, wanted := r.degraded(rt, done)
	pods := k8slabels.SelectorFromSet(selector(rt)).String()
	address, outside := done.addresses(rt)
	status := applyv1alpha1.RoutingRuntimeStatus().
		WithAddress(address).
		WithCurrentReplicas(done.pods).
		WithSelector(pods)
	if outside != "" {
		status.WithExternalAddress(outside)
	}
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
	var told notice.Batch
	told.Changed(rt, one(present), one(wanted))
	told.Tell(r.Events)
	return nil
}

// reported tells whether the status says all that there is to say.
func (r *Reconciler) reported(rt *v1alpha1.RoutingRuntime, done outcome) bool {
	present, wanted := r.degraded(rt, done)
	address, outside := done.addresses(rt)
	return rt.Status.Address == address && rt.Status.ExternalAddress == outside && rt.Status.CurrentReplicas == done.pods &&
		rt.Status.Selector == k8slabels.SelectorFromSet(selector(rt)).String() && ptr.Equal(present, wanted)
}

// degraded is the condition as it is and as it should be.
func (r *Reconciler) degraded(rt *v1alpha1.RoutingRuntime, done outcome) (present, wanted *metav1.Condition) {
	present = meta.FindStatusCondition(rt.Status.Conditions, string(v1alpha1.ConditionDegraded))
	return present, degraded(rt, present, done.problems(), metav1.NewTime(r.Now()))
}

func one(c *metav1.Condition) []metav1.Condition {
	if c == nil {
		return nil
	}
	return []metav1.Condition{*c}
}

// addresses are those of the form that runs: while pods wait for a Secret, that is
// the one before.
func (o outcome) addresses(rt *v1alpha1.RoutingRuntime) (inside, outside string) {
	if !o.waiting.OK && rt.Status.Address != "" {
		return rt.Status.Address, rt.Status.ExternalAddress
	}
	return Address(rt), ExternalAddress(rt)
}

// problems are everything that is wrong, also what trying again does not help.
func (o outcome) problems() []error {
	all := append(slices.Clone(o.failures), o.hints...)
	if o.waiting.Message != "" && !o.waiting.OK {
		all = append(all, fmt.Errorf("what runs is left as it is, and nothing else is started, until this is put right: %s", o.waiting.Message))
	}
	return all
}

// degraded is the condition as it should be; nil when there is nothing to complain of.
func degraded(rt *v1alpha1.RoutingRuntime, present *metav1.Condition, problems []error, now metav1.Time) *metav1.Condition {
	message := notice.Shorten(tell(problems), notice.MaxMessage)
	if message == "" {
		return nil
	}
	c := &metav1.Condition{
		Type:               string(v1alpha1.ConditionDegraded),
		Status:             metav1.ConditionTrue,
		ObservedGeneration: rt.Generation,
		LastTransitionTime: now,
		Reason:             string(v1alpha1.ReasonNotApplied),
		Message:            message,
	}
	if notResized(problems) {
		c.Reason = string(v1alpha1.ReasonVolumeNotResized)
	}
	if present != nil && present.Status == c.Status {
		c.LastTransitionTime = present.LastTransitionTime
	}
	return c
}
