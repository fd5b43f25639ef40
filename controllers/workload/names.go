package workload

import (
	"fmt"

	"github.com/pullmode/operator/api/v1alpha1"
)

// FieldManager owns every field that this package applies.
const FieldManager = "pullmode-workload"

// The ports of a runtime's pod.
const (
	// PortPublic is for agents and connectors, with or without TLS.
	PortPublic int32 = 8080
	// PortAdmin is for the operator alone, over mutual TLS.
	PortAdmin int32 = 8443
	// PortMetrics serves health and metrics.
	PortMetrics int32 = 9090
)

// The names of the ports, in the pod, its Services and their EndpointSlices.
const (
	PortNameHTTP    = "http"
	PortNameHTTPS   = "https" // in place of http, so that a Service never leads to pods that do not speak TLS yet
	PortNameAdmin   = "admin"
	PortNameMetrics = "metrics"
)

// The labels on everything that belongs to a runtime. The operator's caches hold
// only what carries ManagedBy.
const (
	LabelName      = "app.kubernetes.io/name"
	LabelInstance  = "app.kubernetes.io/instance"
	LabelManagedBy = "app.kubernetes.io/managed-by"

	RuntimeName = "pullmode-runtime"
	ManagedBy   = "pullmode-operator"
)

// ServiceName is the Service that agents and connectors use; what makes the pods,
// the Ingress and the ServiceAccount have the same name, the RoutingRuntime's.
func ServiceName(runtime string) string { return runtime }

// ReplicasServiceName is the headless Service that names every replica, ready or
// not: a replica becomes ready only once it has been programmed.
func ReplicasServiceName(runtime string) string { return runtime + "-replicas" }

// AdminServerName is the name in a runtime's admin certificate. Replicas are
// reached by address, so this name, and not the address, is what a client checks.
func AdminServerName(runtime string) string { return runtime + "-admin" }

// The Secrets of a runtime's admin port.
//
// The authority's key is never mounted into a pod: who takes over a runtime
// cannot make themselves an operator.
func AuthoritySecretName(runtime string) string { return runtime + "-admin-ca" }

// ServerSecretName is mounted into the runtime's pods.
func ServerSecretName(runtime string) string { return runtime + "-admin-server" }

// ClientSecretName is what the operator shows to the runtime.
func ClientSecretName(runtime string) string { return runtime + "-admin-client" }

// Address is the URL at which clients inside the cluster reach the runtime.
func Address(runtime *v1alpha1.RoutingRuntime) string {
	return fmt.Sprintf("%s://%s.%s.svc", publicPortName(runtime), ServiceName(runtime.Name), runtime.Namespace)
}

// ExternalAddress is the URL at which clients outside reach it; empty where
// nothing leads them there.
func ExternalAddress(runtime *v1alpha1.RoutingRuntime) string {
	switch in := runtime.Spec.Ingress; {
	case in == nil:
		return ""
	case in.TLSSecretRef != nil:
		return "https://" + in.Host
	default:
		return "http://" + in.Host
	}
}

// publicPortName is also the scheme of its URLs.
func publicPortName(runtime *v1alpha1.RoutingRuntime) string {
	if runtime.Spec.TLS != nil {
		return PortNameHTTPS
	}
	return PortNameHTTP
}

// keyPrefix is where the runtime keeps its keys in an etcd.
func keyPrefix(runtime *v1alpha1.RoutingRuntime) string {
	if prefix := runtime.Spec.Storage.Etcd.Prefix; prefix != "" {
		return prefix
	}
	return fmt.Sprintf("/pullmode/%s/%s/", runtime.Namespace, runtime.Name)
}

// selector finds the pods of a runtime.
func selector(runtime *v1alpha1.RoutingRuntime) map[string]string {
	return map[string]string{LabelName: RuntimeName, LabelInstance: runtime.Name}
}

func labels(runtime *v1alpha1.RoutingRuntime) map[string]string {
	l := selector(runtime)
	l[LabelManagedBy] = ManagedBy
	return l
}
