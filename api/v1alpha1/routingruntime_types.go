package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// RoutingRuntime is the running service of a namespace: the operator deploys
// it, and it serves all of the namespace's MediaRoutingDomains, Worklists,
// Channels and AgentSubscriptions. A namespace has one; of a second one, the
// younger is not accepted.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:subresource:scale:specpath=.spec.replicas,statuspath=.status.currentReplicas,selectorpath=.status.selector
// +kubebuilder:resource:shortName=prt,categories=pullmode
// +kubebuilder:printcolumn:name="Replicas",type=integer,JSONPath=`.spec.replicas`,description="Wanted replicas"
// +kubebuilder:printcolumn:name="Open",type=integer,JSONPath=`.status.openRequests`,description="Open requests, about"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Its pods are ready and serve the namespace's configuration"
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=="Programmed")].status`,description="Every ready replica serves the current snapshot"
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,description="Why it is, or is not, ready"
// +kubebuilder:printcolumn:name="Degraded",type=string,JSONPath=`.status.conditions[?(@.type=="Degraded")].reason`,description="Why what runs is not all that was declared; empty while it is"
// +kubebuilder:printcolumn:name="Address",type=string,JSONPath=`.status.address`,priority=1,description="URL for agents and connectors inside the cluster"
// +kubebuilder:printcolumn:name="Sequence",type=integer,JSONPath=`.status.snapshot.sequence`,priority=1,description="Number of the snapshot in use"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 40 && !self.metadata.name.contains('.') && !self.metadata.name.matches('^[0-9]')",message="metadata.name becomes the name of Services and Pods: use at most 40 lower-case letters, digits and dashes, beginning with a letter, and no dots"
// +kubebuilder:validation:XValidation:rule="!has(self.spec.storage) || !has(self.spec.storage.embedded) || !has(oldSelf.spec.storage) || !has(oldSelf.spec.storage.embedded) || quantity(string(self.spec.storage.embedded.size)).compareTo(quantity(string(oldSelf.spec.storage.embedded.size))) >= 0 || (has(oldSelf.status) && has(oldSelf.status.conditions) && oldSelf.status.conditions.exists(c, c.type == 'Degraded' && c.reason == 'VolumeNotResized'))",message="a volume cannot shrink: keep the old spec.storage.embedded.size or write a larger one"
type RoutingRuntime struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is what is wanted.
	// +required
	Spec RoutingRuntimeSpec `json:"spec"`

	// status is what runs; only the operator writes it.
	// +kubebuilder:default={"observedGeneration":-1}
	// +optional
	Status RoutingRuntimeStatus `json:"status,omitzero"`
}

// RoutingRuntimeSpec is what is wanted of a RoutingRuntime.
//
// +kubebuilder:validation:XValidation:rule="!has(self.storage) || !has(self.storage.embedded) || !has(self.replicas) || self.replicas <= 1",message="embedded storage belongs to one process: set replicas to 1, or to 0 to stop the runtime and keep its data; more need storage.etcd"
type RoutingRuntimeSpec struct {
	// image of the runtime. Without it, the operator uses the image that it was
	// released with, and upgrades it together with itself.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +optional
	Image string `json:"image,omitempty"`

	// replicas is how many pods run: 0 to 32, where 0 stops the service and keeps
	// its data. Embedded storage belongs to one process, so it takes no more than
	// 1. A HorizontalPodAutoscaler may scale the RoutingRuntime itself. The
	// default is 1.
	// +kubebuilder:default=1
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=32
	// +optional
	Replicas *int32 `json:"replicas,omitempty"`

	// storage says where requests, subscriptions and the routing snapshot are
	// kept. The default is a volume of the runtime's own.
	// +kubebuilder:default={embedded: {}}
	// +optional
	Storage Storage `json:"storage,omitzero"`

	// authentication says whose tokens agents may show.
	// +required
	Authentication Authentication `json:"authentication"`

	// allowedOrigins are those of pages elsewhere that may call the runtime from a
	// browser, such as a desk of your own: at most 32 of https://desk.example.com,
	// of http:// for localhost alone, or * for every one. The runtime's own web
	// inbox, and programs that are no browsers, need none.
	// +listType=set
	// +kubebuilder:validation:MaxItems=32
	// +optional
	AllowedOrigins []Origin `json:"allowedOrigins,omitempty"`

	// rateLimits bound what one agent and one connector may ask of each replica.
	// +kubebuilder:default={}
	// +optional
	RateLimits RateLimits `json:"rateLimits,omitzero"`

	// service says how agents and connectors reach the runtime.
	// +kubebuilder:default={}
	// +optional
	Service RuntimeService `json:"service,omitzero"`

	// tls makes the runtime speak TLS to agents and connectors, and nothing else:
	// its Service then has port 443 instead of 80.
	// +optional
	TLS *RuntimeTLS `json:"tls,omitempty"`

	// ingress leads agents and connectors from outside the cluster to the runtime.
	// +optional
	Ingress *RuntimeIngress `json:"ingress,omitempty"`

	// retention says how long the runtime remembers what is over.
	// +kubebuilder:default={}
	// +optional
	Retention Retention `json:"retention,omitzero"`

	// sessionPolicy says what becomes of an agent's connections when they connect
	// once more: Allow keeps them all, Replace ends the older ones. What they have
	// joined stays theirs. The default is Allow.
	// +kubebuilder:default=Allow
	// +optional
	SessionPolicy SessionPolicy `json:"sessionPolicy,omitempty"`

	// disconnectGrace is how long an agent may be without a connection before they
	// lose what they have joined: a duration from 1s to 1h. After a start of the
	// runtime everybody has all of it again. The default is 60s.
	// +kubebuilder:default="60s"
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$') && duration(self) >= duration('1s') && duration(self) <= duration('1h')",message="write a duration from 1s to 1h, in minutes and seconds, such as 60s or 1m30s"
	// +optional
	DisconnectGrace metav1.Duration `json:"disconnectGrace,omitzero"`

	// transferTimeout is how long an agent has to accept a transfer or an
	// invitation: a duration from 1s to 1h. A request whose transfer nobody
	// accepts stays with whoever offered it. The default is 60s.
	// +kubebuilder:default="60s"
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$') && duration(self) >= duration('1s') && duration(self) <= duration('1h')",message="write a duration from 1s to 1h, in minutes and seconds, such as 60s or 1m30s"
	// +optional
	TransferTimeout metav1.Duration `json:"transferTimeout,omitzero"`

	// eventSink is where the record of everything goes: every transition, message
	// and change of configuration is posted there as a CloudEvent, signed, at
	// least once, in the order of a request. Without it, what is over is forgotten
	// as retention says.
	// +optional
	EventSink *Webhook `json:"eventSink,omitempty"`

	// drainTimeout is how long a pod that is asked to stop may take to send its
	// clients elsewhere and finish what it has begun: a duration from 1s to 10m.
	// The default is 30s.
	// +kubebuilder:default="30s"
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$') && duration(self) >= duration('1s') && duration(self) <= duration('10m')",message="write a duration from 1s to 10m, in minutes and seconds, such as 30s or 1m30s"
	// +optional
	DrainTimeout metav1.Duration `json:"drainTimeout,omitzero"`

	// resources of the runtime's container: what it is guaranteed (requests) and
	// may use at most (limits).
	// +optional
	Resources corev1.ResourceRequirements `json:"resources,omitzero"`

	// pod says where pods run, and what else they carry.
	// +optional
	Pod RuntimePod `json:"pod,omitzero"`
}

// SessionPolicy says what an agent's next connection does to the ones before.
//
// +kubebuilder:validation:Enum=Allow;Replace
type SessionPolicy string

const (
	// SessionAllow lets an agent have several connections.
	SessionAllow SessionPolicy = "Allow"
	// SessionReplace ends the older ones.
	SessionReplace SessionPolicy = "Replace"
)

// Retention says how long the runtime remembers what is over.
type Retention struct {
	// closed is how long a closed request is kept, so that whoever comes late is
	// told that it is closed: a duration from 1m to 720h. The default is 24h.
	// +kubebuilder:default="24h"
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$') && duration(self) >= duration('1m') && duration(self) <= duration('720h')",message="write a duration from 1m to 720h, in hours, minutes and seconds, such as 24h or 1h30m (there is no unit for days)"
	// +optional
	Closed metav1.Duration `json:"closed,omitzero"`

	// feed is how long an agent may be away and still be told of every event, with
	// no gap: a duration from 10m to 24h. After longer, they are given the present
	// state instead. The default is 10m.
	// +kubebuilder:default="10m"
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$') && duration(self) >= duration('10m') && duration(self) <= duration('24h')",message="clients count on resuming after a short break: write a duration from 10m to 24h, such as 10m or 1h"
	// +optional
	Feed metav1.Duration `json:"feed,omitzero"`
}
