package workload

import "github.com/pullmode/operator/api/v1alpha1"

// Elected is the RoutingRuntime that serves a namespace: the oldest, and of two
// of the same second the first by name. One that is being deleted serves no
// more. nil when there is none. The compiler elects by the same rule.
func Elected(runtimes []v1alpha1.RoutingRuntime) *v1alpha1.RoutingRuntime {
	var elected *v1alpha1.RoutingRuntime
	for i := range runtimes {
		candidate := &runtimes[i]
		if !candidate.DeletionTimestamp.IsZero() {
			continue
		}
		if elected == nil || before(candidate, elected) {
			elected = candidate
		}
	}
	return elected
}

func before(a, b *v1alpha1.RoutingRuntime) bool {
	if !a.CreationTimestamp.Equal(&b.CreationTimestamp) {
		return a.CreationTimestamp.Before(&b.CreationTimestamp)
	}
	return a.Name < b.Name
}
