package notice

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	corev1 "k8s.io/api/core/v1"

	"github.com/pullmode/operator/api/v1alpha1"
)

// notice is what an Event says.
type notice struct{ kind, reason, action, note string }

// What the operator was about, for tools that sort Events.
const (
	actionProgram = "Program"
	actionApply   = "Apply"
	actionDrain   = "Drain"
	actionWatch   = "Watch"
)

// Reasons of Events that no condition has: they tell that one is gone.
const (
	reasonApplied = "Applied"
	reasonDrained = "Drained"
)

// transitions are what there is to be told when the conditions of an object have
// become others.
func transitions(ofRuntime bool, before, after []metav1.Condition) []notice {
	var told []notice
	add := func(n notice, ok bool) {
		if ok {
			told = append(told, n)
		}
	}
	add(ready(ofRuntime, find(before, v1alpha1.ConditionReady), find(after, v1alpha1.ConditionReady)))
	add(present(find(before, v1alpha1.ConditionDegraded), find(after, v1alpha1.ConditionDegraded), corev1.EventTypeWarning,
		notice{corev1.EventTypeNormal, reasonApplied, actionApply, "All parts of the runtime are in their wanted form."}))
	add(present(find(before, v1alpha1.ConditionDraining), find(after, v1alpha1.ConditionDraining), corev1.EventTypeNormal,
		notice{corev1.EventTypeNormal, reasonDrained, actionDrain, "No request of a deleted Worklist is open any more."}))
	return told
}

func find(conditions []metav1.Condition, t v1alpha1.ConditionType) *metav1.Condition {
	return meta.FindStatusCondition(conditions, string(t))
}

// ready tells of the summary, which names the cause: Accepted, ResolvedRefs or
// Programmed, whose own changes would be the same news again.
func ready(ofRuntime bool, before, after *metav1.Condition) (notice, bool) {
	switch {
	case after == nil || before != nil && before.Status == after.Status && before.Reason == after.Reason:
		return notice{}, false
	case after.Reason == string(v1alpha1.ReasonIssuerUnreachable): // of all that Ready warns of, the one that came by itself
		return notice{corev1.EventTypeWarning, after.Reason, actionWatch, after.Message}, true
	case before != nil && before.Reason == string(v1alpha1.ReasonIssuerUnreachable) && after.Status == metav1.ConditionTrue:
		return notice{corev1.EventTypeNormal, after.Reason, actionWatch, after.Message}, true
	case after.Status == metav1.ConditionTrue:
		// Of an object only its recovery is news: thousands can be ready for the first
		// time at once, and a change passes through Pending.
		recovered := before != nil && before.Status != metav1.ConditionTrue && (ofRuntime || told(ofRuntime, nil, before))
		return notice{corev1.EventTypeNormal, after.Reason, actionProgram, after.Message}, recovered
	default:
		return notice{corev1.EventTypeWarning, after.Reason, actionProgram, after.Message}, told(ofRuntime, before, after)
	}
}

// told tells whether a Ready that is not True is told of on this object. One cause
// is told once: what a runtime does to all objects, on the RoutingRuntime alone.
// That pods start, or that an object is being deleted, is no news to who did that.
func told(ofRuntime bool, before, now *metav1.Condition) bool {
	switch v1alpha1.ConditionReason(now.Reason) {
	case v1alpha1.ReasonPending, v1alpha1.ReasonDeleting:
		return false
	case v1alpha1.ReasonRuntimeUnreachable:
		return ofRuntime
	case v1alpha1.ReasonNoRuntime, v1alpha1.ReasonNotReady:
		return ofRuntime && before != nil && before.Status == metav1.ConditionTrue
	default:
		return true
	}
}

// present tells of a condition that is there only while it is True.
func present(before, after *metav1.Condition, kind string, gone notice) (notice, bool) {
	switch {
	case after == nil:
		return gone, before != nil
	case before != nil && before.Reason == after.Reason:
		return notice{}, false
	default:
		return notice{kind, after.Reason, gone.action, after.Message}, true
	}
}
