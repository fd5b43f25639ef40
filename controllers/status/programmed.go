package status

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/runtime/snapshot"
)

// finding is a condition without its history.
type finding struct {
	status  metav1.ConditionStatus
	reason  v1alpha1.ConditionReason
	message string
}

func is(status metav1.ConditionStatus, reason v1alpha1.ConditionReason, format string, args ...any) finding {
	return finding{status, reason, fmt.Sprintf(format, args...)}
}

// programmed says whether, and which generation of, an object is served.
func (f *facts) programmed(v compile.Verdict, present v1alpha1.ObjectStatus) (finding, int64) {
	switch {
	case f.Runtime == nil:
		return is(metav1.ConditionFalse, v1alpha1.ReasonNoRuntime,
			"Nothing serves this namespace: create a RoutingRuntime in it."), 0
	case f.outranked(v):
		return is(metav1.ConditionFalse, v1alpha1.ReasonNotAccepted,
			"RoutingRuntime %s serves this namespace.", f.Runtime.Name), 0
	case f.stopped():
		return is(metav1.ConditionFalse, v1alpha1.ReasonNoRuntime,
			"RoutingRuntime %s is scaled to 0: set its spec.replicas to start it.", f.Runtime.Name), 0
	case f.silent != nil:
		return is(metav1.ConditionUnknown, v1alpha1.ReasonRuntimeUnreachable,
			"Replica %s is ready, but its admin port %s, so nobody knows what it serves: see its log with kubectl logs %s, and whether a NetworkPolicy keeps the operator out.",
			f.silent.Name, f.silent.Silence(), f.silent.Name), f.known(present)
	case len(f.ready) == 0:
		return f.unserved(v, f.known(present)), f.known(present)
	}
	generation := f.served[id{name{v.Kind, v.Name}, string(v.UID)}]
	return f.answered(v, generation), generation
}

// known is the generation that was served when that was last told: a runtime that
// restarts has not forgotten anything. One that has never served anything has
// nothing to remember, whatever a RoutingRuntime before it served.
func (f *facts) known(present v1alpha1.ObjectStatus) int64 {
	if f.Runtime.Status.ProgrammedGeneration == 0 {
		return 0
	}
	return present.ProgrammedGeneration
}

// unserved is for when no replica is ready.
func (f *facts) unserved(v compile.Verdict, known int64) finding {
	switch {
	case v.Refused != "":
		return refusedForm(v, known)
	case known == v.Generation:
		return f.asServed()
	case f.Digest == "":
		return f.unaccepted(v)
	default:
		return is(metav1.ConditionFalse, v1alpha1.ReasonNoRuntime, "No replica of RoutingRuntime %s is ready: %s.", f.Runtime.Name, f.clue())
	}
}

// answered is for when every ready replica has said what it serves.
func (f *facts) answered(v compile.Verdict, generation int64) finding {
	own, named := f.refused[name{v.Kind, v.Name}]
	whole := v.Kind == snapshot.KindRuntime // a RoutingRuntime speaks of the snapshot as a whole
	switch {
	case v.Refused != "":
		return refusedForm(v, generation)
	case named:
		return is(metav1.ConditionFalse, v1alpha1.ReasonRejected, "The runtime refused it: %s.", own)
	case f.Digest == "" && (whole || generation != v.Generation):
		return f.unaccepted(v)
	case whole && f.Refusal != nil:
		return is(metav1.ConditionFalse, v1alpha1.ReasonRejected,
			"The runtime refused the snapshot and serves the last good one: %s.", f.culprit())
	case whole && !f.current():
		return f.pending()
	case generation == v.Generation:
		return f.asServed()
	case v.ServedGeneration != v.Generation && generation > 0:
		return is(metav1.ConditionFalse, v1alpha1.ReasonNotAccepted,
			"Generation %d, the last one that was accepted, is still served.", generation)
	case v.ServedGeneration != v.Generation:
		return is(metav1.ConditionFalse, v1alpha1.ReasonNotAccepted,
			"No generation of it was accepted yet: see the conditions Accepted and ResolvedRefs.")
	case f.Refusal != nil:
		return is(metav1.ConditionFalse, v1alpha1.ReasonPending,
			"The runtime refused the snapshot that it is part of: %s.", f.culprit())
	default:
		return f.pending()
	}
}

func (f *facts) asServed() finding {
	return is(metav1.ConditionTrue, v1alpha1.ReasonProgrammed, "Every ready replica serves this generation.")
}

// refusedForm is for an object that the snapshot goes without, in its present form.
func refusedForm(v compile.Verdict, served int64) finding {
	const why = "The runtime refused it (%s): change it, or update the runtime; "
	if served > 0 {
		return is(metav1.ConditionFalse, v1alpha1.ReasonRejected, why+"until then it is served as in generation %d.", v.Refused, served)
	}
	return is(metav1.ConditionFalse, v1alpha1.ReasonRejected, why+"until then it is not served.", v.Refused)
}

func (f *facts) pending() finding {
	if f.Failure != nil {
		return is(metav1.ConditionFalse, v1alpha1.ReasonPending, "Not served yet, and tried again until it is: %v.", f.Failure)
	}
	return is(metav1.ConditionFalse, v1alpha1.ReasonPending, "The snapshot with this generation is on its way.")
}

// unaccepted is for when there is no snapshot that should be served.
func (f *facts) unaccepted(v compile.Verdict) finding {
	if v.Kind == snapshot.KindRuntime {
		return is(metav1.ConditionFalse, v1alpha1.ReasonNotAccepted, "Nothing can be served of it: see the conditions Accepted and ResolvedRefs.")
	}
	return is(metav1.ConditionFalse, v1alpha1.ReasonNoRuntime, "RoutingRuntime %s is not accepted: see its conditions.", f.Runtime.Name)
}

// current tells whether every ready replica serves the wanted snapshot.
func (f *facts) current() bool {
	for _, r := range f.ready {
		if !r.Serves(f.Digest) {
			return false
		}
	}
	return true
}

// outranked tells of a RoutingRuntime that is not the namespace's.
func (f *facts) outranked(v compile.Verdict) bool {
	return v.Kind == snapshot.KindRuntime && v.UID != f.Runtime.UID
}

// culprit is the first problem of a refusal, which names its object.
func (f *facts) culprit() string {
	if len(f.Refusal.Problems) > 0 {
		return f.Refusal.Problems[0].String()
	}
	return f.Refusal.Message
}
