package v1alpha1

import corev1 "k8s.io/api/core/v1"

// RuntimePod is what is added to the runtime's pods. Its fields are those of a
// Pod.
type RuntimePod struct {
	// labels added to the pods, at most 32. The operator's own cannot be changed.
	// +kubebuilder:validation:MaxProperties=32
	// +kubebuilder:validation:XValidation:rule="self.all(k, !(k in ['app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app.kubernetes.io/managed-by']))",message="app.kubernetes.io/name, instance and managed-by find the pods and are the operator's own: use other labels"
	// +optional
	Labels map[string]LabelValue `json:"labels,omitempty"`

	// annotations added to the pods, at most 32. Those of pullmode.io are the
	// operator's own.
	// +kubebuilder:validation:MaxProperties=32
	// +kubebuilder:validation:XValidation:rule="self.all(k, !k.startsWith('pullmode.io/'))",message="annotations of pullmode.io are the operator's own: use another prefix"
	// +optional
	Annotations map[string]AnnotationValue `json:"annotations,omitempty"`

	// nodeSelector has the labels that a node must have, at most 32.
	// +kubebuilder:validation:MaxProperties=32
	// +optional
	NodeSelector map[string]LabelValue `json:"nodeSelector,omitempty"`

	// affinity to nodes and other pods.
	// +optional
	Affinity *corev1.Affinity `json:"affinity,omitempty"`

	// tolerations of nodes' taints, at most 32.
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	// +optional
	Tolerations []corev1.Toleration `json:"tolerations,omitempty"`

	// topologySpreadConstraints say how pods spread over zones and nodes, at most
	// 16. One without a labelSelector counts the runtime's pods. Without any,
	// several replicas prefer different nodes and zones, and start where they
	// can.
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	// +optional
	TopologySpreadConstraints []corev1.TopologySpreadConstraint `json:"topologySpreadConstraints,omitempty"`

	// imagePullSecrets name the Secrets with which the image is pulled, at most
	// 16.
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=16
	// +optional
	ImagePullSecrets []SecretReference `json:"imagePullSecrets,omitempty"`

	// priorityClassName says how important the pods are to the scheduler.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +optional
	PriorityClassName string `json:"priorityClassName,omitempty"`
}

// LabelValue is the value of a label.
//
// +kubebuilder:validation:MaxLength=63
// +kubebuilder:validation:Pattern=`^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$`
type LabelValue string
