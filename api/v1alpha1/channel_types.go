package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Channel is one way in for customers: a page, a number, a widget. Its
// connector posts customers' messages to the runtime, and they land on the
// list that the channel names.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=chn,categories=pullmode
// +kubebuilder:printcolumn:name="Type",type=string,JSONPath=`.spec.type`,description="Kind of channel"
// +kubebuilder:printcolumn:name="Mode",type=string,JSONPath=`.spec.routingMode`,description="Who routes: Pull is this product"
// +kubebuilder:printcolumn:name="List",type=string,JSONPath=`.spec.listRef.name`,description="Worklist on which its requests land"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Accepted, resolved and served"
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=="Programmed")].status`,description="Every ready replica of the runtime serves this generation"
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,description="Why it is, or is not, ready"
// +kubebuilder:printcolumn:name="Service Identifier",type=string,JSONPath=`.spec.serviceIdentifier`,priority=1,description="The page, number or site, as its provider names it"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 63 && !self.metadata.name.contains('.')",message="metadata.name becomes part of URLs: use at most 63 lower-case letters, digits and dashes, and no dots"
type Channel struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is what is wanted.
	// +required
	Spec ChannelSpec `json:"spec"`

	// status is what is served; only the operator writes it.
	// +kubebuilder:default={"observedGeneration":-1}
	// +optional
	Status ChannelStatus `json:"status,omitzero"`
}

// ChannelSpec is what is wanted of a Channel.
//
// +kubebuilder:validation:XValidation:rule="self.routingMode != 'Pull' || has(self.listRef)",message="requests of a Pull channel need a list: set listRef.name to a Worklist of this namespace"
// +kubebuilder:validation:XValidation:rule="self.routingMode == 'Pull' || !has(self.listRef)",message="only Pull channels have a list: remove listRef, or set routingMode to Pull"
type ChannelSpec struct {
	// type is the kind of channel, such as WHATSAPP, FACEBOOK or WEB: capital
	// letters, digits and underscores, beginning with a letter. It must be among
	// the channelTypes of a MediaRoutingDomain. It cannot be changed.
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Pattern=`^[A-Z][A-Z0-9_]{0,31}$`
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="type cannot be changed, because open requests count against the type's limits: create a Channel with another name and delete this one"
	// +required
	Type string `json:"type"`

	// serviceIdentifier is the page, number or site as its provider names it, such
	// as a Facebook page id or a telephone number: 1 to 256 characters. No two
	// Channels of a type may have the same one; the older one keeps it.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule="self.matches('^\\\\S(.*\\\\S)?$')",message="write the identifier in one line, with no space at its start or end"
	// +required
	ServiceIdentifier string `json:"serviceIdentifier"`

	// routingMode says who finds an agent for a message. Pull: it lands on a list,
	// and agents join. Push and External: another system routes, and a message
	// that is posted here is refused with the problem `not-pull`. The default is
	// Pull.
	// +kubebuilder:default=Pull
	// +optional
	RoutingMode RoutingMode `json:"routingMode,omitempty"`

	// listRef names the Worklist on which requests of this channel land. Required
	// for routingMode Pull, not allowed for the others.
	// +optional
	ListRef *ListReference `json:"listRef,omitempty"`

	// anonymousName is shown for a customer who has no name: 1 to 110 characters.
	// The default is Jane Doe.
	// +kubebuilder:default="Jane Doe"
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=110
	// +kubebuilder:validation:XValidation:rule="self.matches('^\\\\S(.*\\\\S)?$')",message="write the name in one line, with no space at its start or end"
	// +optional
	AnonymousName string `json:"anonymousName,omitempty"`

	// customerActivityTimeout closes a request whose customer has not answered for
	// longer than this since an agent wrote last: a duration such as 30m, at most
	// 720h. The Worklist's autoCloseAfter counts as well, and the earlier of the
	// two closes. Without it, only autoCloseAfter does.
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$') && duration(self) > duration('0s') && duration(self) <= duration('720h')",message="write a duration above 0 and at most 720h, in hours, minutes and seconds, such as 30m or 1h30m (there is no unit for days)"
	// +optional
	CustomerActivityTimeout *metav1.Duration `json:"customerActivityTimeout,omitempty"`

	// messageMaxLength is how long an agent's message may be, in Unicode code
	// points: 1 to 65536. Longer ones are refused with the problem `too-long`. The
	// default is 4096.
	// +kubebuilder:default=4096
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65536
	// +optional
	MessageMaxLength int32 `json:"messageMaxLength,omitempty"`

	// outbound is where agents' messages go: the runtime posts each of them there,
	// signed, in the order of a request, and again until it is taken. Without it,
	// agents cannot write to customers of this channel.
	// +optional
	Outbound *Webhook `json:"outbound,omitempty"`

	// secretRef names the Secret with the connector's key: what it sends as
	// `Authorization: Bearer KEY` with every message. The runtime is given only a
	// hash of it. A changed Secret takes effect by itself. It may hold up to 4
	// keys of at least 16 characters, one a line: so a key is changed without a
	// gap. To withdraw a key, change the Secret: one that is deleted leaves the
	// last keys in force.
	// +required
	SecretRef SecretKeyReference `json:"secretRef"`
}

// RoutingMode says who finds an agent for a channel's messages.
//
// +kubebuilder:validation:Enum=Pull;Push;External
type RoutingMode string

const (
	// RoutingPull parks requests on a Worklist from which agents join them.
	RoutingPull RoutingMode = "Pull"
	// RoutingPush means that a push-mode router assigns agents; messages posted
	// here are refused.
	RoutingPush RoutingMode = "Push"
	// RoutingExternal means that a system outside routes; messages posted here are
	// refused.
	RoutingExternal RoutingMode = "External"
)

// ListReference names a Worklist of the same namespace.
type ListReference struct {
	// name of the Worklist.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	// +required
	Name string `json:"name"`
}

// SecretKeyReference names one key of a Secret of the same namespace.
type SecretKeyReference struct {
	// name of the Secret.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
	// +required
	Name string `json:"name"`

	// key under which the Secret holds the value. The default is key.
	// +kubebuilder:default=key
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[-._a-zA-Z0-9]+$`
	// +optional
	Key string `json:"key,omitempty"`
}

// ChannelStatus is what is served of a Channel.
type ChannelStatus struct {
	ObjectStatus `json:",inline"`
}

// ChannelList is a list of Channel.
//
// +kubebuilder:object:root=true
type ChannelList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitzero"`
	Items           []Channel `json:"items"`
}
