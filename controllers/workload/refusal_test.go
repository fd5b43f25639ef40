package workload

import (
	"errors"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Each row is what Kubernetes answers, and what a reader is told to do.
func TestRefusal(t *testing.T) {
	pods := schema.GroupResource{Group: "apps", Resource: "deployments"}
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"quota": {
			apierrors.NewForbidden(pods, "main", errors.New("exceeded quota: small, requested: count/deployments.apps=1, used: 0, limited: 0")),
			"quota of the namespace raised",
		},
		"a webhook": {
			apierrors.NewForbidden(pods, "main", errors.New(`admission webhook "policy.example.com" denied the request: no`)), "have an exception made",
		},
		"a policy of the API server": {
			apierrors.NewInvalid(schema.GroupKind{Kind: "Deployment"}, "main", field.ErrorList{field.Forbidden(nil, "ValidatingAdmissionPolicy 'x' with binding 'y' denied request: no")}),
			"have an exception made",
		},
		"the operator's role is old": {
			apierrors.NewForbidden(pods, "main", errors.New(`User "system:serviceaccount:pullmode-system:operator" cannot patch resource "deployments" in API group "apps"`)),
			"apply the operator's roles again",
		},
		"a field that cannot be changed or be so": {
			apierrors.NewInvalid(schema.GroupKind{Kind: "Deployment"}, "main", field.ErrorList{field.Invalid(field.NewPath("spec", "template", "spec", "nodeSelector"), "x/", "must be a label")}),
			"correct in the RoutingRuntime's spec",
		},
		"an API server that is busy": {apierrors.NewTooManyRequests("later", 1), "it is tried again"},
	} {
		t.Run(name, func(t *testing.T) {
			said := tell([]error{nil, &RefusalError{"Deployment", "main", tc.err}})
			if !strings.HasPrefix(said, "Deployment main cannot be made what it should be (") || !strings.Contains(said, tc.err.Error()) || !strings.Contains(said, tc.want) {
				t.Errorf("it says %q, want the child, Kubernetes' words and %q", said, tc.want)
			}
		})
	}
}
