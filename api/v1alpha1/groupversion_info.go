// Package v1alpha1 is the API of pull-mode routing: what a platform team declares with YAML and reads back in conditions.
//
// A namespace is a tenant. Its one RoutingRuntime serves all of its MediaRoutingDomains, Worklists, Channels and
// AgentSubscriptions, so no kind names its runtime, and no reference leaves the namespace.
//
// The schema is the only place that holds defaults: an object read from the API server, or put through the CRDs by
// the command line, has every defaulted field set, and Go code repeats a default only for a pointer that would be nil.
//
// +kubebuilder:object:generate=true
// +kubebuilder:ac:generate=true
// +groupName=pullmode.io
package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupName is the API group of every kind in this package.
const GroupName = "pullmode.io"

var (
	// GroupVersion is the group and version of every kind in this package.
	GroupVersion = schema.GroupVersion{Group: GroupName, Version: "v1alpha1"}

	// SchemeGroupVersion is GroupVersion under the name that generated code expects.
	SchemeGroupVersion = GroupVersion

	// SchemeBuilder collects what AddToScheme registers.
	SchemeBuilder = runtime.NewSchemeBuilder(addKnownTypes)

	// AddToScheme teaches a scheme the kinds of this package.
	AddToScheme = SchemeBuilder.AddToScheme
)

func addKnownTypes(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion,
		&RoutingRuntime{}, &RoutingRuntimeList{},
		&MediaRoutingDomain{}, &MediaRoutingDomainList{},
		&Worklist{}, &WorklistList{},
		&Channel{}, &ChannelList{},
		&AgentSubscription{}, &AgentSubscriptionList{},
	)
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
}
