package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Worklist is a list on which customers' requests are parked until an agent
// joins them. Everybody who is subscribed to the list (see AgentSubscription)
// is told of each new request, and joins the ones they choose.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=wl,categories=pullmode
// +kubebuilder:printcolumn:name="Display Name",type=string,JSONPath=`.spec.displayName`,description="Name shown to agents"
// +kubebuilder:printcolumn:name="Join",type=string,JSONPath=`.spec.joinPolicy`,description="Who may join a request: everybody, or the first"
// +kubebuilder:printcolumn:name="Close",type=string,JSONPath=`.spec.closePolicy`,description="Who may close a request"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Accepted, resolved and served"
// +kubebuilder:printcolumn:name="Programmed",type=string,JSONPath=`.status.conditions[?(@.type=="Programmed")].status`,description="Every ready replica of the runtime serves this generation"
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,description="Why it is, or is not, ready"
// +kubebuilder:printcolumn:name="Soon",type=string,JSONPath=`.spec.attention.soonAfter`,priority=1,description="When an unanswered request is marked as due soon"
// +kubebuilder:printcolumn:name="Overdue",type=string,JSONPath=`.spec.attention.overdueAfter`,priority=1,description="When an unanswered request is marked as overdue"
// +kubebuilder:printcolumn:name="Auto Close",type=string,JSONPath=`.spec.autoCloseAfter`,priority=1,description="When a request whose customer is silent is closed"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 63 && !self.metadata.name.contains('.')",message="metadata.name becomes part of identifiers: use at most 63 lower-case letters, digits and dashes, and no dots"
// +kubebuilder:validation:XValidation:rule="!has(self.spec.deletionPolicy.transferTo) || self.spec.deletionPolicy.transferTo != self.metadata.name",message="a list that is deleted cannot take its own requests: set deletionPolicy.transferTo to another Worklist"
type Worklist struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is what is wanted.
	// +required
	Spec WorklistSpec `json:"spec"`

	// status is what is served; only the operator writes it.
	// +kubebuilder:default={"observedGeneration":-1}
	// +optional
	Status WorklistStatus `json:"status,omitzero"`
}

// WorklistSpec is what is wanted of a Worklist.
//
// The rules between two times leave what is no duration to the rule of the
// field, so that a slip gets one message.
//
// +kubebuilder:validation:XValidation:rule="[self.attention.soonAfter, self.attention.overdueAfter].exists(d, !d.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$')) || duration(self.attention.soonAfter) < duration(self.attention.overdueAfter)",message="a request is due soon before it is overdue: make attention.soonAfter shorter than attention.overdueAfter"
// +kubebuilder:validation:XValidation:rule="[self.attention.overdueAfter, self.autoCloseAfter].exists(d, !d.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$')) || duration(self.attention.overdueAfter) <= duration(self.autoCloseAfter)",message="a request must become overdue before it is closed: make attention.overdueAfter at most autoCloseAfter"
type WorklistSpec struct {
	// displayName is the name that agents see: 1 to 110 characters.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=110
	// +kubebuilder:validation:XValidation:rule="self.matches('^\\\\S(.*\\\\S)?$')",message="write the name in one line, with no space at its start or end"
	// +required
	DisplayName string `json:"displayName"`

	// description tells people what the list is for: at most 500 characters.
	// +kubebuilder:validation:MaxLength=500
	// +optional
	Description string `json:"description,omitempty"`

	// joinPolicy says who may join a request: with Collaboration everybody who is
	// subscribed to the list, also at the same time; with Grab the first
	// Representative, and then nobody but whom they invite, and Admins. A change
	// leaves those who have joined where they are. The default is Collaboration.
	// +kubebuilder:default=Collaboration
	// +optional
	JoinPolicy JoinPolicy `json:"joinPolicy,omitempty"`

	// reopenPolicy says what the next message of a customer makes whose request is
	// closed. NewRequest: a new request. Reopen: a new request that names the
	// closed one. Both begin unread, with nobody in them. The default is
	// NewRequest.
	// +kubebuilder:default=NewRequest
	// +optional
	ReopenPolicy ReopenPolicy `json:"reopenPolicy,omitempty"`

	// realertPolicy says whether a customer who writes again, while nobody has
	// joined, is announced again: Never, or OnCustomerMessage. The default is
	// Never.
	// +kubebuilder:default=Never
	// +optional
	RealertPolicy RealertPolicy `json:"realertPolicy,omitempty"`

	// realertAfter is the least time between two announcements of a request: a
	// duration from 1s to 24h. The default is 1m.
	// +kubebuilder:default="1m"
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$') && duration(self) >= duration('1s') && duration(self) <= duration('24h')",message="write a duration from 1s to 24h, in hours, minutes and seconds, such as 1m or 1m30s"
	// +optional
	RealertAfter metav1.Duration `json:"realertAfter,omitzero"`

	// capacityPolicy says what happens when an agent joins a request beyond their
	// limit (a MediaRoutingDomain's maxRequests, or the capacity of an
	// AgentSubscription): Ignore lets them, Warn lets them and says so, Enforce
	// refuses. What they have joined counts in any case. The default is Ignore.
	// +kubebuilder:default=Ignore
	// +optional
	CapacityPolicy CapacityPolicy `json:"capacityPolicy,omitempty"`

	// closePolicy says who may close a request of this list: Members (agents who
	// have joined it), Subscribers (everybody to whom the list's notifications go)
	// or Admins. Admins of the list always may. The default is Members.
	// +kubebuilder:default=Members
	// +optional
	ClosePolicy ClosePolicy `json:"closePolicy,omitempty"`

	// attention says when a request is marked in the agents' inbox because its
	// customer waits. The times count from the oldest message of the customer that
	// nobody has answered; joining answers nothing.
	// +kubebuilder:default={}
	// +optional
	Attention Attention `json:"attention,omitzero"`

	// autoCloseAfter closes a request whose customer has written nothing for
	// longer than this, whatever agents have done meanwhile: a duration such as
	// 90m or 24h, at most 720h. The default is 24h.
	// +kubebuilder:default="24h"
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$') && duration(self) > duration('0s') && duration(self) <= duration('720h')",message="write a duration above 0 and at most 720h, in hours, minutes and seconds, such as 24h or 1h30m (there is no unit for days)"
	// +optional
	AutoCloseAfter metav1.Duration `json:"autoCloseAfter,omitzero"`

	// responseTime is how long a customer may wait for an answer of the agents who
	// have joined. When it is over, the request is taken from them and waits for
	// others; a join grants it anew. A duration such as 10m, at most 720h. Without
	// it, nobody is sent away.
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$') && duration(self) > duration('0s') && duration(self) <= duration('720h')",message="write a duration above 0 and at most 720h, in hours, minutes and seconds, such as 10m or 1h30m (there is no unit for days)"
	// +optional
	ResponseTime *metav1.Duration `json:"responseTime,omitempty"`

	// wrapUp asks agents for a reason when they have done with a request. Without
	// it, nobody is asked.
	// +optional
	WrapUp *WrapUp `json:"wrapUp,omitempty"`

	// deletionPolicy says what becomes of open requests when the list is deleted.
	// +kubebuilder:default={type: Drain}
	// +optional
	DeletionPolicy DeletionPolicy `json:"deletionPolicy,omitzero"`
}

// ClosePolicy says who may close a request of a list.
//
// +kubebuilder:validation:Enum=Members;Subscribers;Admins
type ClosePolicy string

const (
	// CloseByMembers lets agents close what they have joined. Admins of the list
	// may close any request.
	CloseByMembers ClosePolicy = "Members"
	// CloseBySubscribers lets everybody who is subscribed to the list close any of
	// its requests.
	CloseBySubscribers ClosePolicy = "Subscribers"
	// CloseByAdmins lets only the list's Admins close.
	CloseByAdmins ClosePolicy = "Admins"
)

// Attention says when a request is marked in the agents' inbox because its
// customer waits.
type Attention struct {
	// soonAfter marks a request as due soon when its customer has waited for
	// longer than this: a duration such as 90s or 3m, at most
	// 720h. The default is 3m.
	// +kubebuilder:default="3m"
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$') && duration(self) > duration('0s') && duration(self) <= duration('720h')",message="write a duration above 0 and at most 720h, in hours, minutes and seconds, such as 3m or 1m30s (there is no unit for days)"
	// +optional
	SoonAfter metav1.Duration `json:"soonAfter,omitzero"`

	// overdueAfter marks a request as overdue: a duration such as 5m, longer than
	// soonAfter and at most autoCloseAfter. The default is 5m.
	// +kubebuilder:default="5m"
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$') && duration(self) > duration('0s') && duration(self) <= duration('720h')",message="write a duration above 0 and at most 720h, in hours, minutes and seconds, such as 5m or 1m30s (there is no unit for days)"
	// +optional
	OverdueAfter metav1.Duration `json:"overdueAfter,omitzero"`
}

// WorklistStatus is what is served of a Worklist.
type WorklistStatus struct {
	ObjectStatus `json:",inline"`
}

// WorklistList is a list of Worklist.
//
// +kubebuilder:object:root=true
type WorklistList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitzero"`
	Items           []Worklist `json:"items"`
}
