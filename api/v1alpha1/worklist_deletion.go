package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// DeletionPolicy says what becomes of a Worklist's open requests when it is
// deleted. None is ever lost without a word.
//
// +kubebuilder:validation:XValidation:rule="self.type != 'Transfer' || has(self.transferTo)",message="a Transfer has to know where to: set transferTo to another Worklist of this namespace"
// +kubebuilder:validation:XValidation:rule="self.type == 'Transfer' || !has(self.transferTo)",message="only a Transfer moves requests: remove transferTo, or set type to Transfer"
// +kubebuilder:validation:XValidation:rule="self.type != 'Close' || !has(self.deadline)",message="Close waits for nothing: remove deadline, or set type to Drain"
type DeletionPolicy struct {
	// type is Drain (agents finish what is open, and nothing new comes), Transfer
	// (each request moves to the list that transferTo names) or Close (each is
	// closed at once, with the reason FORCE_CLOSED). The default is Drain.
	// +kubebuilder:default=Drain
	// +optional
	Type DeletionType `json:"type,omitempty"`

	// transferTo names the Worklist of this namespace to which a Transfer moves
	// requests: those that are open, and new ones of Channels that still name the
	// deleted list. Required for Transfer, not allowed for the others. While it
	// names a list that is not there, the policy works as Drain.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	// +optional
	TransferTo string `json:"transferTo,omitempty"`

	// deadline ends a Drain: what is open this long after the deletion is closed,
	// with the reason FORCE_CLOSED. A duration such as 8h, at most 720h. Without
	// it, agents have all the time they need.
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$') && duration(self) > duration('0s') && duration(self) <= duration('720h')",message="write a duration above 0 and at most 720h, in hours, minutes and seconds, such as 8h or 1h30m (there is no unit for days)"
	// +optional
	Deadline *metav1.Duration `json:"deadline,omitempty"`
}

// DeletionType says what becomes of open requests.
//
// +kubebuilder:validation:Enum=Drain;Transfer;Close
type DeletionType string

const (
	// DeletionDrain lets agents finish what is open.
	DeletionDrain DeletionType = "Drain"
	// DeletionTransfer moves it to another list.
	DeletionTransfer DeletionType = "Transfer"
	// DeletionClose closes it.
	DeletionClose DeletionType = "Close"
)
