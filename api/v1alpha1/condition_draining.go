package v1alpha1

const (
	// ConditionDraining is there only while it is True, and only on a RoutingRuntime: a Worklist was deleted while
	// requests of it were open, and they go on by its last deletionPolicy. Which lists, how many and until when is in
	// status.draining. It is no error, and Ready does not follow it.
	//
	// Reasons when True: ListsDraining.
	ConditionDraining ConditionType = "Draining"

	// ReasonListsDraining: Draining=True, the message names the lists.
	ReasonListsDraining ConditionReason = "ListsDraining"
)
