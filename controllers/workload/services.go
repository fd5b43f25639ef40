package workload

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	applycore "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/pullmode/operator/api/v1alpha1"
)

// Service is how agents and connectors reach the runtime. Only replicas that
// serve a snapshot are behind it.
func Service(runtime *v1alpha1.RoutingRuntime) *applycore.ServiceApplyConfiguration {
	return applycore.Service(ServiceName(runtime.Name), runtime.Namespace).
		WithLabels(labels(runtime)).
		WithAnnotations(plain(runtime.Spec.Service.Annotations)).
		WithOwnerReferences(owner(runtime)).
		WithSpec(applycore.ServiceSpec().
			WithType(runtime.Spec.Service.Type).
			WithSelector(selector(runtime)).
			WithPorts(servicePort(publicPortName(runtime), servedPort(runtime))))
}

// servedPort is that of the scheme, so that no URL has to name it.
func servedPort(runtime *v1alpha1.RoutingRuntime) int32 {
	if runtime.Spec.TLS != nil {
		return 443
	}
	return 80
}

// ReplicasService gives every replica a name and the operator their addresses,
// whether ready or not: an unprogrammed replica is unready, and it has to be
// found to be programmed.
func ReplicasService(runtime *v1alpha1.RoutingRuntime) *applycore.ServiceApplyConfiguration {
	return applycore.Service(ReplicasServiceName(runtime.Name), runtime.Namespace).
		WithLabels(labels(runtime)).
		WithOwnerReferences(owner(runtime)).
		WithSpec(applycore.ServiceSpec().
			WithType(corev1.ServiceTypeClusterIP).
			WithClusterIP(corev1.ClusterIPNone).
			WithPublishNotReadyAddresses(true).
			WithSelector(selector(runtime)).
			WithPorts(
				servicePort(PortNameAdmin, PortAdmin),
				servicePort(PortNameMetrics, PortMetrics)))
}

func servicePort(name string, number int32) *applycore.ServicePortApplyConfiguration {
	return applycore.ServicePort().
		WithName(name).
		WithPort(number).
		WithProtocol(corev1.ProtocolTCP).
		WithTargetPort(intstr.FromString(name))
}
