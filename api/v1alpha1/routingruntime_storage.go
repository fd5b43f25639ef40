package v1alpha1

import "k8s.io/apimachinery/pkg/api/resource"

// Storage says where the runtime keeps its data: on a volume of its own, or in
// an etcd. Which of the two cannot be changed.
//
// +kubebuilder:validation:XValidation:rule="has(self.embedded) != has(self.etcd)",message="write either storage.embedded, a volume of the runtime's own, or storage.etcd, a cluster that is there already"
// +kubebuilder:validation:XValidation:rule="has(self.embedded) == has(oldSelf.embedded)",message="the kind of storage cannot be changed, nothing would carry the requests over: create another RoutingRuntime in another namespace"
type Storage struct {
	// embedded keeps everything on a volume of the runtime's own; no other program
	// is needed.
	// +optional
	Embedded *EmbeddedStorage `json:"embedded,omitempty"`

	// etcd keeps everything in an etcd cluster that is there already, so that any
	// number of replicas can run. It has to be version 3.5 or later, and never the
	// one that Kubernetes itself uses.
	// +optional
	Etcd *EtcdStorage `json:"etcd,omitempty"`
}

// EmbeddedStorage is a volume of the runtime's own.
//
// +kubebuilder:validation:XValidation:rule="has(self.storageClassName) == has(oldSelf.storageClassName) && (!has(self.storageClassName) || self.storageClassName == oldSelf.storageClassName)",message="storageClassName cannot be changed once the volume exists: keep the old class, or delete this RoutingRuntime with its volume and create it again"
type EmbeddedStorage struct {
	// size of the volume, at least 256Mi. It can grow where the StorageClass lets
	// volumes be expanded, and never shrink: only a size that Kubernetes did not
	// grow the volume to can be taken back. The default is 10Gi.
	// +kubebuilder:default="10Gi"
	// +kubebuilder:validation:XValidation:rule="quantity(string(self)).compareTo(quantity('256Mi')) >= 0",message="the log alone needs room: set size to at least 256Mi"
	// +optional
	Size resource.Quantity `json:"size,omitzero"`

	// storageClassName is the StorageClass of the volume. Without it, the
	// cluster's default class is used. It cannot be changed.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
	// +optional
	StorageClassName *string `json:"storageClassName,omitempty"`

	// whenDeleted says what becomes of the volume when the RoutingRuntime is
	// deleted. Retain keeps it: a RoutingRuntime of the same name goes on where
	// the last one was. Delete removes it with all requests. The default is
	// Retain.
	// +kubebuilder:default=Retain
	// +optional
	WhenDeleted VolumePolicy `json:"whenDeleted,omitempty"`
}

// VolumePolicy says what becomes of a volume when its owner is deleted.
//
// +kubebuilder:validation:Enum=Retain;Delete
type VolumePolicy string

const (
	// VolumeRetain keeps the volume and its data.
	VolumeRetain VolumePolicy = "Retain"
	// VolumeDelete removes the volume and its data.
	VolumeDelete VolumePolicy = "Delete"
)

// EtcdStorage is an etcd cluster that the operator does not run.
//
// +kubebuilder:validation:XValidation:rule="has(self.prefix) == has(oldSelf.prefix) && (!has(self.prefix) || self.prefix == oldSelf.prefix)",message="prefix cannot be changed, everything is kept below it: keep the old one"
// +kubebuilder:validation:XValidation:rule="self.endpoints.all(e, e.startsWith('https://')) || (has(self.insecureAllowHTTP) && self.insecureAllowHTTP && self.endpoints.all(e, e.startsWith('http://')))",message="whoever is on the way could read and change every request: use https:// for every endpoint, or, for a test, http:// for every one and insecureAllowHTTP: true"
// +kubebuilder:validation:XValidation:rule="!has(self.tlsSecretRef) || self.endpoints.exists(e, e.startsWith('https://'))",message="tlsSecretRef is of no use with http:// endpoints: leave it out, or use https://"
type EtcdStorage struct {
	// endpoints are the addresses of the cluster's members, 1 to 16.
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=512
	// +kubebuilder:validation:items:XValidation:rule="self.matches('^https?://([-.a-zA-Z0-9]+|[[][0-9a-fA-F:.]+[]]):[0-9]+$')",message="write scheme, host and port of a member, such as https://etcd-0.etcd:2379"
	// +required
	Endpoints []string `json:"endpoints"`

	// prefix of all keys, begun and ended by a slash, so that several runtimes can
	// share one etcd. It cannot be changed. Without it, it is made of the
	// namespace and the name: /pullmode/NAMESPACE/NAME/. Where several Kubernetes
	// clusters share an etcd, each needs another one.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^/([-._a-zA-Z0-9]+/)+$`
	// +optional
	Prefix string `json:"prefix,omitempty"`

	// tlsSecretRef names the Secret with the certificate to show (tls.crt and
	// tls.key) and the authority of the members (ca.crt). A renewed one is read
	// without a restart.
	// +optional
	TLSSecretRef *SecretReference `json:"tlsSecretRef,omitempty"`

	// insecureAllowHTTP allows endpoints without TLS: for tests only.
	// +optional
	InsecureAllowHTTP bool `json:"insecureAllowHTTP,omitempty"`
}
