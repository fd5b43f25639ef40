package compile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/runtime/snapshot"
)

// Verdict is what the compiler has to say of one object.
type Verdict struct {
	// Kind is the object's, as package snapshot spells it.
	Kind string
	Name string
	UID  types.UID
	// Generation is the one that was judged.
	Generation int64

	Accepted     Finding
	ResolvedRefs Finding

	// ServedGeneration is the generation whose form is in the snapshot: older
	// than Generation when a change was not accepted, 0 when no form is.
	ServedGeneration int64

	// Refused is what the runtime said when it refused this form; empty when it did not.
	Refused string
}

// Finding becomes the status, the reason and the message of a condition.
type Finding struct {
	OK      bool
	Reason  v1alpha1.ConditionReason
	Message string
}

func accepted() Finding {
	return Finding{OK: true, Reason: v1alpha1.ReasonAccepted, Message: "The object is accepted."}
}

func resolved() Finding {
	return Finding{OK: true, Reason: v1alpha1.ReasonResolvedRefs, Message: "Everything that the object names exists."}
}

func refused(reason v1alpha1.ConditionReason, format string, args ...any) Finding {
	return Finding{Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// servable accepts an object in which a runtime would find no problem. The schema
// refuses such an object first; one that an earlier schema let in gets here.
func servable(problems []string) Finding {
	if len(problems) > 0 {
		return refused(v1alpha1.ReasonInvalid, "The runtime would refuse it (%s): correct that.", strings.Join(problems, "; "))
	}
	return accepted()
}

// and adds a problem to a finding. The first one gives the reason; the message
// tells all of them, so that nobody has to find them one by one.
func (f *Finding) and(reason v1alpha1.ConditionReason, format string, args ...any) {
	next := refused(reason, format, args...)
	if !f.OK {
		next.Reason, next.Message = f.Reason, f.Message+" "+next.Message
	}
	*f = next
}

func newVerdict(kind string, o metav1.Object) Verdict {
	return Verdict{
		Kind: kind, Name: o.GetName(), UID: o.GetUID(), Generation: o.GetGeneration(),
		Accepted: accepted(), ResolvedRefs: resolved(),
	}
}

// leavingVerdict is for an object that is being deleted: it counts as deleted
// from the moment that this is asked for, whatever finalizer still holds it.
func leavingVerdict(kind string, o metav1.Object) Verdict {
	v := newVerdict(kind, o)
	v.Accepted = refused(v1alpha1.ReasonDeleting, "The object is being deleted, so it is not routed with any more: wait for its finalizers, and create it anew if it is still wanted.")
	v.ResolvedRefs = v.Accepted
	return v
}

// serve notes on every verdict which generation the snapshot holds.
func serve(s *snapshot.Snapshot, verdicts []Verdict) {
	if s == nil {
		return
	}
	type id struct{ kind, name string }
	served := make(map[id]snapshot.Source, len(verdicts))
	for _, o := range s.Objects() {
		served[id{o.Kind, o.Name}] = o.Source
	}
	for i := range verdicts {
		v := &verdicts[i]
		if o, ok := served[id{v.Kind, v.Name}]; ok && o.UID == string(v.UID) {
			v.ServedGeneration = o.Generation
		}
	}
}

func byKindAndName(verdicts []Verdict) {
	slices.SortFunc(verdicts, func(a, b Verdict) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
}

// namesShown bounds what a message enumerates: it is read in a terminal.
const namesShown = 10

// enumerate writes sorted names into a sentence.
func enumerate(names []string) string {
	names = set(names)
	if more := len(names) - namesShown; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:namesShown], ", "), more)
	}
	return strings.Join(names, ", ")
}
