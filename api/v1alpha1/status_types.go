package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ObjectStatus is what every kind reports. RoutingRuntime adds to it.
type ObjectStatus struct {
	// observedGeneration is the metadata.generation that the conditions speak of.
	// It is -1 until the operator has looked at the object for the first time, so
	// that nobody takes an empty status for a healthy one.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// programmedGeneration is the metadata.generation that the runtime really
	// serves. It is older than metadata.generation while a change is under way,
	// and stays so when a change was not accepted: the last accepted form is
	// served on. It is missing while no form of the object is served.
	// +optional
	ProgrammedGeneration int64 `json:"programmedGeneration,omitempty"`

	// conditions are Accepted (the object makes sense), ResolvedRefs (what it
	// names exists), Programmed (the runtime serves it) and Ready (all of these).
	// The reason is a stable word, the message says what to do.
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// CommonStatus returns the part of the status that every kind has, for reading
// and changing in place.
func (r *RoutingRuntime) CommonStatus() *ObjectStatus { return &r.Status.ObjectStatus }

// CommonStatus returns the part of the status that every kind has, for reading
// and changing in place.
func (d *MediaRoutingDomain) CommonStatus() *ObjectStatus { return &d.Status.ObjectStatus }

// CommonStatus returns the part of the status that every kind has, for reading
// and changing in place.
func (w *Worklist) CommonStatus() *ObjectStatus { return &w.Status.ObjectStatus }

// CommonStatus returns the part of the status that every kind has, for reading
// and changing in place.
func (c *Channel) CommonStatus() *ObjectStatus { return &c.Status.ObjectStatus }

// CommonStatus returns the part of the status that every kind has, for reading
// and changing in place.
func (s *AgentSubscription) CommonStatus() *ObjectStatus { return &s.Status.ObjectStatus }
