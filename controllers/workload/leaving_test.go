package workload

import (
	"errors"
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func TestLeaving(t *testing.T) {
	forbidden := func(cause metav1.CauseType) error {
		err := apierrors.NewForbidden(schema.GroupResource{Resource: "services"}, "main", errors.New("no"))
		err.ErrStatus.Details.Causes = []metav1.StatusCause{{Type: cause}}
		return fmt.Errorf("apply Service main: %w", err)
	}
	gone := fmt.Errorf("create Secret main: %w", apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, "try"))
	for name, tc := range map[string]struct {
		err  error
		want bool
	}{
		"nothing is wrong":                       {nil, false},
		"the namespace is being deleted":         {forbidden(corev1.NamespaceTerminatingCause), true},
		"of several children":                    {errors.Join(forbidden(corev1.NamespaceTerminatingCause), forbidden(corev1.NamespaceTerminatingCause)), true},
		"the namespace is gone":                  {gone, true},
		"the cluster does not know the kind":     {apierrors.NewGenericServerResponse(404, "patch", schema.GroupResource{Resource: "services"}, "main", "", 0, true), false},
		"a policy of the cluster is in the way":  {forbidden("Policy"), false},
		"something else has the name":            {&ForeignError{"Service", "main", "main"}, false},
		"somebody else was quicker at a Secret":  {apierrors.NewConflict(schema.GroupResource{Resource: "secrets"}, "main", errors.New("newer")), false},
		"the API server does not answer in time": {apierrors.NewTimeoutError("slow", 1), false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := leaving(tc.err); got != tc.want {
				t.Errorf("leaving(%v) = %v, want %v", tc.err, got, tc.want)
			}
		})
	}
}
