package workload

import (
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	applymeta "k8s.io/client-go/applyconfigurations/meta/v1"
	applynetworking "k8s.io/client-go/applyconfigurations/networking/v1"

	"github.com/pullmode/operator/api/v1alpha1"
)

// NetworkPolicy says who may connect to a runtime's pods: anybody to the port of
// agents and connectors (they show tokens and keys), the operator's namespace to
// the admin port (which asks for its certificate besides), and the cluster to
// health and metrics.
//
// Connections out are not restricted: the issuers whose keys a runtime fetches,
// and the members of an etcd, can be anywhere, and their addresses are not known
// beforehand.
//
// An empty operatorNamespace means that the operator runs outside the cluster;
// the admin port then rests on its certificates alone.
func NetworkPolicy(runtime *v1alpha1.RoutingRuntime, operatorNamespace string) *applynetworking.NetworkPolicyApplyConfiguration {
	admin := let(PortAdmin)
	if operatorNamespace != "" {
		admin.WithFrom(applynetworking.NetworkPolicyPeer().
			WithNamespaceSelector(applymeta.LabelSelector().
				WithMatchLabels(map[string]string{corev1.LabelMetadataName: operatorNamespace})).
			WithPodSelector(applymeta.LabelSelector().
				WithMatchLabels(map[string]string{LabelName: ManagedBy})))
	}
	return applynetworking.NetworkPolicy(runtime.Name, runtime.Namespace).
		WithLabels(labels(runtime)).
		WithOwnerReferences(owner(runtime)).
		WithSpec(applynetworking.NetworkPolicySpec().
			WithPodSelector(applymeta.LabelSelector().WithMatchLabels(selector(runtime))).
			WithPolicyTypes(networkingv1.PolicyTypeIngress).
			WithIngress(
				let(PortPublic),
				admin,
				let(PortMetrics).WithFrom(applynetworking.NetworkPolicyPeer().
					WithNamespaceSelector(applymeta.LabelSelector())),
			))
}

func let(number int32) *applynetworking.NetworkPolicyIngressRuleApplyConfiguration {
	return applynetworking.NetworkPolicyIngressRule().
		WithPorts(applynetworking.NetworkPolicyPort().
			WithProtocol(corev1.ProtocolTCP).
			WithPort(intstr.FromInt32(number)))
}
