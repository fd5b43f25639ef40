package operator

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/controllers/secrets"
	"github.com/pullmode/operator/controllers/workload"
)

// cacheOptions keep in memory what belongs to runtimes, and of Secrets the
// metadata: of all of them, because people's Secrets carry no label of ours.
func cacheOptions(namespaces []string) cache.Options {
	ours := cache.ByObject{Label: labels.SelectorFromSet(labels.Set{workload.LabelManagedBy: workload.ManagedBy})}
	o := cache.Options{
		DefaultTransform: cache.TransformStripManagedFields(),
		ByObject: map[client.Object]cache.ByObject{
			&appsv1.StatefulSet{}:           ours,
			&appsv1.Deployment{}:            ours,
			&corev1.Service{}:               ours,
			&corev1.ServiceAccount{}:        ours,
			&policyv1.PodDisruptionBudget{}: ours,
			&networkingv1.NetworkPolicy{}:   ours,
			&networkingv1.Ingress{}:         ours,
			// The template of a StatefulSet gives them its labels.
			&corev1.PersistentVolumeClaim{}: ours,
			// Those of a Service have its labels.
			&discoveryv1.EndpointSlice{}: ours,
			secrets.Metadata():           {Transform: bare},
		},
	}
	if len(namespaces) > 0 {
		o.DefaultNamespaces = map[string]cache.Config{}
		for _, ns := range namespaces {
			o.DefaultNamespaces[ns] = cache.Config{}
		}
	}
	return o
}

// bare drops the annotations of a Secret with its managed fields: kubectl apply
// keeps a copy of the values in one.
func bare(in any) (any, error) {
	if object, err := meta.Accessor(in); err == nil {
		object.SetManagedFields(nil)
		object.SetAnnotations(nil)
	}
	return in, nil
}
