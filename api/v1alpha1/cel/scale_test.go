package cel_test

import (
	"strings"
	"testing"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
	apply "github.com/pullmode/operator/api/v1alpha1/applyconfiguration/api/v1alpha1"
)

// Whoever scales, a HorizontalPodAutoscaler or kubectl, knows nothing but this subresource.
func TestScale(t *testing.T) {
	for name, tc := range map[string]struct {
		storage string
		to      int32
		refused string
	}{
		"etcd":              {storage: "{etcd: {endpoints: ['https://etcd:2379']}}", to: 5},
		"etcd, to nothing":  {storage: "{etcd: {endpoints: ['https://etcd:2379']}}", to: 0},
		"etcd, beyond all":  {storage: "{etcd: {endpoints: ['https://etcd:2379']}}", to: 33, refused: "less than or equal to 32"},
		"embedded":          {storage: "{embedded: {}}", to: 0},
		"embedded, to more": {storage: "{embedded: {}}", to: 2, refused: "embedded storage belongs to one process"},
	} {
		t.Run(name, func(t *testing.T) {
			namespace := newNamespace(t)
			if err := apiClient.Create(t.Context(), object(t, namespace, routingRuntime.minimal, "spec: {storage: "+tc.storage+"}")); err != nil {
				t.Fatal(err)
			}
			runtime := new(v1alpha1.RoutingRuntime)
			runtime.Namespace, runtime.Name = namespace, "runtime"
			status := apply.RoutingRuntime("runtime", namespace).WithStatus(apply.RoutingRuntimeStatus().
				WithCurrentReplicas(1).
				WithSelector("app=runtime"))
			if err := apiClient.Status().Apply(t.Context(), status, client.FieldOwner("pullmode-workload")); err != nil {
				t.Fatal(err)
			}

			scale := new(autoscalingv1.Scale)
			if err := apiClient.SubResource("scale").Get(t.Context(), runtime, scale); err != nil {
				t.Fatal(err)
			}
			if scale.Spec.Replicas != 1 || scale.Status.Replicas != 1 || scale.Status.Selector != "app=runtime" {
				t.Errorf("it is %+v and %+v, want one replica wanted and there, and the selector", scale.Spec, scale.Status)
			}
			scale.Spec.Replicas = tc.to
			err := apiClient.SubResource("scale").Update(t.Context(), runtime, client.WithSubResourceBody(scale))
			if tc.refused != "" {
				if !apierrors.IsInvalid(err) || !strings.Contains(err.Error(), tc.refused) {
					t.Errorf("to %d: want it refused with %q, got %v", tc.to, tc.refused, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := apiClient.Get(t.Context(), client.ObjectKeyFromObject(runtime), runtime); err != nil {
				t.Fatal(err)
			}
			if *runtime.Spec.Replicas != tc.to {
				t.Errorf("replicas is %d, want %d", *runtime.Spec.Replicas, tc.to)
			}
		})
	}
}
