package status

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
)

// What is applied in one go arrives in any order: nothing is said of what is
// missing before the rest of it can have come.
func TestSettling(t *testing.T) {
	created := time.Unix(100, 0)
	missing := compile.Finding{Reason: v1alpha1.ReasonListNotFound}
	warned := compile.Finding{OK: true, Reason: v1alpha1.ReasonNoAgentSubscription}
	for name, tc := range map[string]struct {
		change  func(*compile.Verdict)
		present []metav1.Condition
		age     time.Duration
		want    bool
	}{
		"nothing is missing":             {func(*compile.Verdict) {}, nil, 0, false},
		"something is missing":           {func(v *compile.Verdict) { v.ResolvedRefs = missing }, nil, 1, true},
		"nobody is told of it":           {func(v *compile.Verdict) { v.Accepted = warned }, nil, 1, true},
		"and it is not new":              {func(v *compile.Verdict) { v.ResolvedRefs = missing }, nil, Settling, false},
		"only itself can cure it":        {func(v *compile.Verdict) { v.Accepted = compile.Finding{Reason: v1alpha1.ReasonInvalid} }, nil, 1, false},
		"something was said of it":       {func(v *compile.Verdict) { v.ResolvedRefs = missing }, []metav1.Condition{{Type: "Ready"}}, 1, false},
		"it is new by a clock before us": {func(v *compile.Verdict) { v.ResolvedRefs = missing }, nil, -time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			v, object := channel(2), &v1alpha1.Channel{}
			object.CreationTimestamp, object.Status.Conditions = metav1.NewTime(created), tc.present
			tc.change(&v)
			if got := settles(object, v, metav1.NewTime(created.Add(tc.age))); got != tc.want {
				t.Errorf("settles: %t, want %t", got, tc.want)
			}
		})
	}
}
