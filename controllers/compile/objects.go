package compile

import (
	"cmp"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/pullmode/operator/runtime/snapshot"
)

// split separates the objects that are wanted from those that are being deleted,
// each oldest first. Age settles every conflict: creation time, then name, which
// is also why the order of the input carries no meaning.
func split[T any, O interface {
	*T
	metav1.Object
}](items []T) (wanted, leaving []O) {
	wanted = make([]O, 0, len(items))
	for i := range items {
		o := O(&items[i])
		if o.GetDeletionTimestamp() != nil {
			leaving = append(leaving, o)
			continue
		}
		wanted = append(wanted, o)
	}
	slices.SortFunc(wanted, older[O])
	slices.SortFunc(leaving, older[O])
	return wanted, leaving
}

func older[O metav1.Object](a, b O) int {
	return cmp.Or(
		a.GetCreationTimestamp().Compare(b.GetCreationTimestamp().Time),
		cmp.Compare(a.GetName(), b.GetName()),
	)
}

func source(o metav1.Object) snapshot.Source {
	return snapshot.Source{Name: o.GetName(), UID: string(o.GetUID()), Generation: o.GetGeneration()}
}

// set copies strings without order and doubles: an input is never sorted in place.
func set(items []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(items)))
}

// optional is a duration that may be left out; 0 where it is.
func optional(d *metav1.Duration) snapshot.Duration {
	if d == nil {
		return 0
	}
	return snapshot.Duration(d.Duration)
}
