package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// RoutingRuntimeStatus is what runs of a RoutingRuntime.
type RoutingRuntimeStatus struct {
	ObjectStatus `json:",inline"`

	// address is the URL at which agents and connectors inside the cluster reach
	// the runtime.
	// +kubebuilder:validation:MaxLength=512
	// +optional
	Address string `json:"address,omitempty"`

	// externalAddress is the URL at which they reach it from outside, where spec
	// has an ingress.
	// +kubebuilder:validation:MaxLength=512
	// +optional
	ExternalAddress string `json:"externalAddress,omitempty"`

	// currentReplicas is how many pods there are, for whoever scales the runtime.
	// +optional
	CurrentReplicas int32 `json:"currentReplicas,omitempty"`

	// selector finds the pods, for whoever scales the runtime.
	// +kubebuilder:validation:MaxLength=1024
	// +optional
	Selector string `json:"selector,omitempty"`

	// snapshot is the routing configuration that the runtime has stored last.
	// +optional
	Snapshot *SnapshotStatus `json:"snapshot,omitempty"`

	// replicas tells of each pod what it serves.
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=64
	// +optional
	Replicas []ReplicaStatus `json:"replicas,omitempty"`

	// openRequests is about how many requests are open, over all lists. It is
	// missing until a replica has told. The runtime's metrics have the exact
	// number.
	// +optional
	OpenRequests *int64 `json:"openRequests,omitempty"`

	// draining are the lists whose Worklist was deleted and that still have open
	// requests: the first 64 by name.
	// +listType=map
	// +listMapKey=list
	// +kubebuilder:validation:MaxItems=64
	// +optional
	Draining []DrainingList `json:"draining,omitempty"`
}

// DrainingList is a list that is served on until its last request is over.
type DrainingList struct {
	// list is the name of the Worklist that was deleted.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +required
	List string `json:"list"`

	// policy that it was deleted with: Drain, Transfer or Close.
	// +kubebuilder:validation:MaxLength=32
	// +optional
	Policy DeletionType `json:"policy,omitempty"`

	// transferTo is the list to which its requests move.
	// +kubebuilder:validation:MaxLength=253
	// +optional
	TransferTo string `json:"transferTo,omitempty"`

	// openRequests is about how many of its requests are open.
	// +optional
	OpenRequests int64 `json:"openRequests"`

	// since is when the runtime first saw that it was deleted.
	// +optional
	Since *metav1.Time `json:"since,omitempty"`

	// deadline is when what is still open is closed; missing where there is no
	// end.
	// +optional
	Deadline *metav1.Time `json:"deadline,omitempty"`
}

// SnapshotStatus names a routing snapshot.
type SnapshotStatus struct {
	// sequence counts the snapshots of this runtime.
	// +optional
	Sequence int64 `json:"sequence,omitempty"`

	// digest of the snapshot's content: equal digests, equal configuration.
	// +kubebuilder:validation:MaxLength=128
	// +optional
	Digest string `json:"digest,omitempty"`
}

// ReplicaStatus is what one pod of the runtime said of itself.
type ReplicaStatus struct {
	// name of the pod.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +required
	Name string `json:"name"`

	// digest of the snapshot that it serves; empty when it serves none.
	// +kubebuilder:validation:MaxLength=128
	// +optional
	Digest string `json:"digest,omitempty"`

	// sequence of the snapshot that it serves.
	// +optional
	Sequence int64 `json:"sequence,omitempty"`

	// ready tells whether it takes traffic.
	// +optional
	Ready bool `json:"ready"`

	// message says what is wrong when the replica does not serve what it should.
	// +kubebuilder:validation:MaxLength=1024
	// +optional
	Message string `json:"message,omitempty"`
}

// RoutingRuntimeList is a list of RoutingRuntime.
//
// +kubebuilder:object:root=true
type RoutingRuntimeList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitzero"`
	Items           []RoutingRuntime `json:"items"`
}
