package workload

import (
	"context"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	applynetworking "k8s.io/client-go/applyconfigurations/networking/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/pullmode/operator/api/v1alpha1"
)

// Ingress leads clients from outside to the Service; nil where none is wanted.
// How it speaks to the Service, and how long a stream may last, are annotations of
// whichever controller serves it.
func Ingress(runtime *v1alpha1.RoutingRuntime) *applynetworking.IngressApplyConfiguration {
	wanted := runtime.Spec.Ingress
	if wanted == nil {
		return nil
	}
	spec := applynetworking.IngressSpec().
		WithRules(applynetworking.IngressRule().
			WithHost(wanted.Host).
			WithHTTP(applynetworking.HTTPIngressRuleValue().
				WithPaths(applynetworking.HTTPIngressPath().
					WithPath("/").
					WithPathType(networkingv1.PathTypePrefix).
					WithBackend(applynetworking.IngressBackend().
						WithService(applynetworking.IngressServiceBackend().
							WithName(ServiceName(runtime.Name)).
							WithPort(applynetworking.ServiceBackendPort().WithName(publicPortName(runtime))))))))
	if wanted.ClassName != nil {
		spec.WithIngressClassName(*wanted.ClassName)
	}
	if wanted.TLSSecretRef != nil {
		spec.WithTLS(applynetworking.IngressTLS().
			WithHosts(wanted.Host).
			WithSecretName(wanted.TLSSecretRef.Name))
	}
	return applynetworking.Ingress(runtime.Name, runtime.Namespace).
		WithLabels(labels(runtime)).
		WithAnnotations(plain(wanted.Annotations)).
		WithOwnerReferences(owner(runtime)).
		WithSpec(spec)
}

// removeIngress deletes the Ingress that is no longer wanted: the only thing that
// the operator deletes, and only where both the owner and the labels say that it
// is its own.
func (r *Reconciler) removeIngress(ctx context.Context, rt *v1alpha1.RoutingRuntime) error {
	if rt.Spec.Ingress != nil {
		return nil
	}
	var live networkingv1.Ingress
	if err := r.Get(ctx, client.ObjectKeyFromObject(rt), &live); err != nil {
		return notRead("Ingress", rt.Name, err)
	}
	if !metav1.IsControlledBy(&live, rt) || !carries(&live, labels(rt)) {
		return nil
	}
	err := r.Delete(ctx, &live, client.Preconditions{UID: &live.UID, ResourceVersion: &live.ResourceVersion})
	if client.IgnoreNotFound(err) != nil {
		return &RefusalError{"Ingress", live.Name, err}
	}
	return nil
}
