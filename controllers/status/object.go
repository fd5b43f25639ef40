package status

import (
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/notice"
	"github.com/pullmode/operator/runtime/snapshot"
)

// types are the conditions of every kind, in the order in which a reader asks.
var types = []v1alpha1.ConditionType{
	v1alpha1.ConditionAccepted, v1alpha1.ConditionResolvedRefs, v1alpha1.ConditionProgrammed, v1alpha1.ConditionReady,
}

// written are all the conditions that this package writes.
var written = append(slices.Clone(types), v1alpha1.ConditionStalled, v1alpha1.ConditionDraining)

// object is the status that an object should have. What is present gives the
// times at which conditions last changed, and what was known before.
func (f *facts) object(v compile.Verdict, present v1alpha1.ObjectStatus, now metav1.Time) v1alpha1.ObjectStatus {
	programmed, generation := f.programmed(v, present)
	findings := map[v1alpha1.ConditionType]finding{
		v1alpha1.ConditionAccepted:     ofVerdict(v.Accepted),
		v1alpha1.ConditionResolvedRefs: ofVerdict(v.ResolvedRefs),
		v1alpha1.ConditionProgrammed:   programmed,
	}
	findings[v1alpha1.ConditionReady] = f.summary(v, findings)
	wanted := v1alpha1.ObjectStatus{ObservedGeneration: v.Generation, ProgrammedGeneration: generation}
	shown := types
	if stalled(v) {
		findings[v1alpha1.ConditionStalled] = finding{metav1.ConditionTrue, v.Accepted.Reason, v.Accepted.Message}
		shown = append(slices.Clone(types), v1alpha1.ConditionStalled)
	}
	for _, t := range shown {
		wanted.Conditions = append(wanted.Conditions, condition(t, findings[t], v.Generation, present.Conditions, now))
	}
	return wanted
}

// stalled tells whether only the object's author can go on.
func stalled(v compile.Verdict) bool {
	return v.Accepted.Reason == v1alpha1.ReasonInvalid || v.Accepted.Reason == v1alpha1.ReasonImpossibleTimes
}

func ofVerdict(f compile.Finding) finding {
	if f.OK {
		return finding{metav1.ConditionTrue, f.Reason, f.Message}
	}
	return finding{metav1.ConditionFalse, f.Reason, f.Message}
}

// summary is Ready: the first condition that is not True, and for a
// RoutingRuntime that its pods are there. What works and is worth a look is told
// here, too: the reason of Ready is what kubectl get shows.
func (f *facts) summary(v compile.Verdict, findings map[v1alpha1.ConditionType]finding) finding {
	for _, t := range types[:len(types)-1] {
		if c := findings[t]; c.status != metav1.ConditionTrue {
			return c
		}
	}
	if v.Kind == snapshot.KindRuntime {
		if missing := f.missing(); missing != "" {
			return is(metav1.ConditionFalse, v1alpha1.ReasonNotReady, "%s", missing)
		}
		if unreached := f.unreached(); unreached != "" {
			return is(metav1.ConditionTrue, v1alpha1.ReasonIssuerUnreachable,
				"The configuration is served, but %s, and agents cannot sign in there: see that spec.authentication.issuers names it right, that it runs, and that pods can reach it.", unreached)
		}
		return is(metav1.ConditionTrue, v1alpha1.ReasonReady, "The runtime is ready and serves the namespace's configuration.")
	}
	switch {
	case v.Accepted.Reason != v1alpha1.ReasonAccepted:
		return findings[v1alpha1.ConditionAccepted]
	case v.ResolvedRefs.Reason != v1alpha1.ReasonResolvedRefs:
		return findings[v1alpha1.ConditionResolvedRefs]
	default:
		return is(metav1.ConditionTrue, v1alpha1.ReasonReady, "The object is accepted, and every ready replica serves it.")
	}
}

// condition gives a finding its history: the time of the last change of status
// is kept while the status is.
func condition(t v1alpha1.ConditionType, f finding, generation int64, present []metav1.Condition, now metav1.Time) metav1.Condition {
	c := metav1.Condition{
		Type: string(t), Status: f.status, Reason: string(f.reason), Message: notice.Shorten(f.message, notice.MaxMessage),
		ObservedGeneration: generation, LastTransitionTime: now,
	}
	if last := meta.FindStatusCondition(present, string(t)); last != nil && last.Status == c.Status {
		c.LastTransitionTime = last.LastTransitionTime
	}
	return c
}

// maxReplicaMessage is what the schema takes of a replica's message.
const maxReplicaMessage = 1024
