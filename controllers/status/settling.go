package status

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
)

// Settling is how long a new object may be without the others that it needs before
// that is told: what is applied in one go arrives in any order, and most of what is
// missing in its midst is there a moment later. Times of creation are in whole
// seconds, so it is one to two.
const Settling = 2 * time.Second

// settles tells whether to wait with the first word on an object: something is to
// be remarked on it that another object can cure. A clock that runs behind the API
// server's makes nothing wait.
func settles(object client.Object, v compile.Verdict, now metav1.Time) bool {
	age := now.Sub(object.GetCreationTimestamp().Time)
	return age >= 0 && age < Settling && len(common(object).Conditions) == 0 && !stalled(v) &&
		(v.Accepted.Reason != v1alpha1.ReasonAccepted || v.ResolvedRefs.Reason != v1alpha1.ReasonResolvedRefs)
}
