package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// MediaRoutingDomain groups channel types that cost an agent's attention
// alike, such as chat or social media, and says how many requests of the group
// one agent may have at a time.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=mrd,categories=pullmode
// +kubebuilder:printcolumn:name="Display Name",type=string,JSONPath=`.spec.displayName`,description="Name shown to people"
// +kubebuilder:printcolumn:name="Max Requests",type=integer,JSONPath=`.spec.maxRequests`,description="Requests of this domain that one agent may have at a time"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Accepted, resolved and served"
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=="Programmed")].status`,description="Every ready replica of the runtime serves this generation"
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,description="Why it is, or is not, ready"
// +kubebuilder:printcolumn:name="Channel Types",type=string,JSONPath=`.spec.channelTypes`,priority=1,description="Types of channel that belong to this domain"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 63 && !self.metadata.name.contains('.')",message="metadata.name becomes part of identifiers: use at most 63 lower-case letters, digits and dashes, and no dots"
type MediaRoutingDomain struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is what is wanted.
	// +required
	Spec MediaRoutingDomainSpec `json:"spec"`

	// status is what is served; only the operator writes it.
	// +kubebuilder:default={"observedGeneration":-1}
	// +optional
	Status MediaRoutingDomainStatus `json:"status,omitzero"`
}

// MediaRoutingDomainSpec is what is wanted of a MediaRoutingDomain.
type MediaRoutingDomainSpec struct {
	// displayName is the name shown to people: 3 to 110 characters.
	// +kubebuilder:validation:MinLength=3
	// +kubebuilder:validation:MaxLength=110
	// +kubebuilder:validation:XValidation:rule="self.matches('^\\\\S(.*\\\\S)?$')",message="write the name in one line, with no space at its start or end"
	// +required
	DisplayName string `json:"displayName"`

	// description tells people what the domain is for: at most 500 characters.
	// +kubebuilder:validation:MaxLength=500
	// +optional
	Description string `json:"description,omitempty"`

	// maxRequests is how many requests of this domain one agent may have at a
	// time, at least 1. An AgentSubscription may give an agent less, never more.
	// Lowering it takes no request away from anybody. Agents are shown it beside
	// how many they hold; what happens beyond it is the Worklist's capacityPolicy.
	// +kubebuilder:validation:Minimum=1
	// +required
	MaxRequests int32 `json:"maxRequests"`

	// channelTypes are the types of channel that belong to this domain, such as
	// WHATSAPP, FACEBOOK or WEB: 1 to 32, each of capital letters, digits and
	// underscores, beginning with a letter. Each type belongs to one domain of the
	// namespace; a Channel whose type belongs to none cannot be served.
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MaxLength=32
	// +kubebuilder:validation:items:Pattern=`^[A-Z][A-Z0-9_]{0,31}$`
	// +required
	ChannelTypes []string `json:"channelTypes"`
}

// MediaRoutingDomainStatus is what is served of a MediaRoutingDomain.
type MediaRoutingDomainStatus struct {
	ObjectStatus `json:",inline"`
}

// MediaRoutingDomainList is a list of MediaRoutingDomain.
//
// +kubebuilder:object:root=true
type MediaRoutingDomainList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitzero"`
	Items           []MediaRoutingDomain `json:"items"`
}
