package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// AgentSubscription says which agents work which lists, and as what. Several
// may speak of the same agent and list: what they grant adds up, the role
// Admin wins over Representative, and the lowest capacity wins.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=asub,categories=pullmode
// +kubebuilder:printcolumn:name="Role",type=string,JSONPath=`.spec.role`,description="What the agents are on the lists"
// +kubebuilder:printcolumn:name="Groups",type=string,JSONPath=`.spec.groups`,description="Groups whose members it speaks of"
// +kubebuilder:printcolumn:name="Lists",type=string,JSONPath=`.spec.lists.names`,description="Worklists by name"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Accepted, resolved and served"
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=="Programmed")].status`,description="Every ready replica of the runtime serves this generation"
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,description="Why it is, or is not, ready"
// +kubebuilder:printcolumn:name="Agents",type=string,JSONPath=`.spec.agents`,priority=1,description="Agents by name"
// +kubebuilder:printcolumn:name="Auto Subscribe",type=boolean,JSONPath=`.spec.autoSubscribe`,priority=1,description="Subscribed on first sight"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type AgentSubscription struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is what is wanted.
	// +required
	Spec AgentSubscriptionSpec `json:"spec"`

	// status is what is served; only the operator writes it.
	// +kubebuilder:default={"observedGeneration":-1}
	// +optional
	Status AgentSubscriptionStatus `json:"status,omitzero"`
}

// AgentSubscriptionSpec is what is wanted of an AgentSubscription.
//
// +kubebuilder:validation:XValidation:rule="(has(self.agents) && size(self.agents) > 0) || (has(self.groups) && size(self.groups) > 0)",message="say whom this is for: name at least one of agents or one of groups"
type AgentSubscriptionSpec struct {
	// agents are the names of agents, exactly as the username claim of their token
	// carries them, behind the usernamePrefix of their issuer if it has one: at
	// most 1000.
	// +listType=set
	// +kubebuilder:validation:MaxItems=1000
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=256
	// +optional
	Agents []string `json:"agents,omitempty"`

	// groups are the names of groups, exactly as the groups claim of a token
	// carries them, behind the groupsPrefix of its issuer if it has one: at most
	// 100. An agent belongs to the groups of their last token.
	// +listType=set
	// +kubebuilder:validation:MaxItems=100
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=256
	// +optional
	Groups []string `json:"groups,omitempty"`

	// lists says which Worklists: by name, by label, or both (what either finds
	// counts).
	// +required
	Lists ListSelection `json:"lists"`

	// role is what the agents are on these lists. Representative: they are told of
	// requests, and join and leave them. Admin: they may also close any request,
	// send members away, and in a Grab list see and join what is taken. The
	// default is Representative.
	// +kubebuilder:default=Representative
	// +optional
	Role Role `json:"role,omitempty"`

	// autoSubscribe subscribes an agent to the lists as soon as the runtime first
	// sees them. With false, they may see the lists and subscribe themselves. What
	// an agent chooses later wins in both cases. The default is true.
	// +kubebuilder:default=true
	// +optional
	AutoSubscribe *bool `json:"autoSubscribe,omitempty"`

	// capacity gives these agents a lower limit than the MediaRoutingDomain's own
	// maxRequests: at most 32 entries, one for each domain. Where several
	// AgentSubscriptions set one for an agent, the lowest wins. Agents are shown
	// it beside how many they hold; what happens beyond it is the Worklist's
	// capacityPolicy.
	// +listType=map
	// +listMapKey=mediaRoutingDomain
	// +kubebuilder:validation:MaxItems=32
	// +optional
	Capacity []AgentCapacity `json:"capacity,omitempty"`
}

// ListSelection finds Worklists of the same namespace.
//
// +kubebuilder:validation:XValidation:rule="(has(self.names) && size(self.names) > 0) || has(self.selector)",message="say which lists: give at least one of names, or a selector (an empty selector, {}, takes every list of the namespace)"
type ListSelection struct {
	// names of Worklists: at most 256.
	// +listType=set
	// +kubebuilder:validation:MaxItems=256
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=63
	// +kubebuilder:validation:items:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	// +optional
	Names []string `json:"names,omitempty"`

	// selector finds Worklists by their labels, also those that are created later.
	// An empty selector ({}) takes every Worklist of the namespace.
	// +optional
	Selector *metav1.LabelSelector `json:"selector,omitempty"`
}

// Role is what an agent is on a list.
//
// +kubebuilder:validation:Enum=Representative;Admin
type Role string

const (
	// RoleRepresentative is told of requests, joins and leaves them, and closes as
	// the list's closePolicy says.
	RoleRepresentative Role = "Representative"
	// RoleAdmin does what a Representative does and may close any request of the
	// list, remove its members, and see and join what a Representative has
	// grabbed. From an alert they grab nothing.
	RoleAdmin Role = "Admin"
)

// AgentCapacity limits how many requests of a MediaRoutingDomain an agent may
// have at a time.
type AgentCapacity struct {
	// mediaRoutingDomain is the name of a MediaRoutingDomain of this namespace.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	// +required
	MediaRoutingDomain string `json:"mediaRoutingDomain"`

	// maxRequests is how many requests at a time, from 0 to the domain's own
	// maxRequests.
	// +kubebuilder:validation:Minimum=0
	// +required
	MaxRequests int32 `json:"maxRequests"`
}

// AgentSubscriptionStatus is what is served of an AgentSubscription.
type AgentSubscriptionStatus struct {
	ObjectStatus `json:",inline"`
}

// AgentSubscriptionList is a list of AgentSubscription.
//
// +kubebuilder:object:root=true
type AgentSubscriptionList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitzero"`
	Items           []AgentSubscription `json:"items"`
}
