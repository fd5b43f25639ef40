package v1alpha1

import corev1 "k8s.io/api/core/v1"

// RuntimeService is the Service through which the runtime is reached.
type RuntimeService struct {
	// type of the Service: ClusterIP (inside the cluster only), NodePort or
	// LoadBalancer. The default is ClusterIP.
	// +kubebuilder:default=ClusterIP
	// +kubebuilder:validation:Enum=ClusterIP;NodePort;LoadBalancer
	// +optional
	Type corev1.ServiceType `json:"type,omitempty"`

	// annotations of the Service, for whoever makes the load balancer: at most
	// 32. Those of pullmode.io are the operator's own.
	// +kubebuilder:validation:MaxProperties=32
	// +kubebuilder:validation:XValidation:rule="self.all(k, !k.startsWith('pullmode.io/'))",message="annotations of pullmode.io are the operator's own: use another prefix"
	// +optional
	Annotations map[string]AnnotationValue `json:"annotations,omitempty"`
}

// RuntimeTLS is the certificate that agents and connectors are shown.
type RuntimeTLS struct {
	// secretRef names the Secret with the certificate, as kubernetes.io/tls has
	// it: tls.crt and tls.key. A renewed one is shown without a restart.
	// +required
	SecretRef SecretReference `json:"secretRef"`
}

// RuntimeIngress is an Ingress before the Service.
type RuntimeIngress struct {
	// className names the IngressClass. Without it, the cluster's default is used.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
	// +optional
	ClassName *string `json:"className,omitempty"`

	// host is the name under which agents and connectors reach the runtime, such
	// as routing.example.com.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
	// +required
	Host string `json:"host"`

	// annotations for the ingress controller, at most 32: event streams and
	// WebSockets need long timeouts, and no buffering. Those of pullmode.io are
	// the operator's own.
	// +kubebuilder:validation:MaxProperties=32
	// +kubebuilder:validation:XValidation:rule="self.all(k, !k.startsWith('pullmode.io/'))",message="annotations of pullmode.io are the operator's own: use another prefix"
	// +optional
	Annotations map[string]AnnotationValue `json:"annotations,omitempty"`

	// tlsSecretRef names the Secret with the certificate of the host, which the
	// ingress controller shows. Without it, the Ingress speaks plain HTTP.
	// +optional
	TLSSecretRef *SecretReference `json:"tlsSecretRef,omitempty"`
}

// AnnotationValue is the value of an annotation, of at most 8192 characters.
//
// +kubebuilder:validation:MaxLength=8192
type AnnotationValue string

// SecretReference names a Secret of the same namespace.
type SecretReference struct {
	// name of the Secret.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
	// +required
	Name string `json:"name"`
}
