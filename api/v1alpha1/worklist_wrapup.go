package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// WrapUp says what agents are asked when they have done with a request. Asking
// changes no request's state and stops no clock.
//
// +kubebuilder:validation:XValidation:rule="self.reasons.exists(r, r.name == self.defaultReason)",message="defaultReason is applied to what nobody chose a reason for: name one of the reasons"
type WrapUp struct {
	// reasons that an agent may choose from, up to 5 at a time, shown in this
	// order: 1 to 50.
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=50
	// +required
	Reasons []WrapUpReason `json:"reasons"`

	// defaultReason is the name of the reason that is applied when an agent has
	// chosen none in time.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +required
	DefaultReason string `json:"defaultReason"`

	// timeout is how long an agent may take to choose, from when they have left
	// the request or it has been closed: a duration from 1s to 1h. The default is
	// 1m.
	// +kubebuilder:default="1m"
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$') && duration(self) >= duration('1s') && duration(self) <= duration('1h')",message="write a duration from 1s to 1h, in minutes and seconds, such as 1m or 1m30s"
	// +optional
	Timeout metav1.Duration `json:"timeout,omitzero"`
}

// WrapUpReason is something that an agent may say of a request.
type WrapUpReason struct {
	// name under which the reason is kept: 1 to 63 small letters, digits and
	// dashes.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	// +required
	Name string `json:"name"`

	// displayName is what agents see: 1 to 110 characters. Without it, they see
	// the name.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=110
	// +kubebuilder:validation:XValidation:rule="self.matches('^\\\\S(.*\\\\S)?$')",message="write the name in one line, with no space at its start or end"
	// +optional
	DisplayName string `json:"displayName,omitempty"`
}
