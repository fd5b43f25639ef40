package v1alpha1

const (
	// ConditionDegraded is there only while it is True, and only on a RoutingRuntime: something that the runtime is
	// made of could not be brought to its wanted form. What runs goes on as it was.
	//
	// Reasons when True: NotApplied.
	ConditionDegraded ConditionType = "Degraded"

	// ReasonNotApplied: Degraded=True, the API server refused one of the runtime's parts (by quota or policy, say), or
	// its name is taken by another object. The message names the part and gives the refusal.
	ReasonNotApplied ConditionReason = "NotApplied"
)
