package v1alpha1

const (
	// ConditionDegraded is there only while it is True, and only on a RoutingRuntime: something that the runtime is
	// made of could not be brought to its wanted form. What runs goes on as it was.
	//
	// Reasons when True: NotApplied, VolumeNotResized.
	ConditionDegraded ConditionType = "Degraded"

	// ReasonNotApplied: Degraded=True, the API server refused one of the runtime's parts (by quota or policy, say), or
	// its name is taken by another object. The message names the part and gives the refusal.
	// Pods are not changed either while a Secret that they mount is missing or cannot be used: ResolvedRefs tells which.
	ReasonNotApplied ConditionReason = "NotApplied"

	// ReasonVolumeNotResized: Degraded=True, the volume does not have the size of storage.embedded.size, and will not
	// get it by itself: its StorageClass or its driver cannot expand volumes. The message says what to do, and what else is
	// wrong, if anything is. While it is so, the old size can be written again.
	ReasonVolumeNotResized ConditionReason = "VolumeNotResized"
)
