package v1alpha1

// JoinPolicy says how many agents may join a request of a list.
//
// +kubebuilder:validation:Enum=Collaboration;Grab
type JoinPolicy string

const (
	// JoinCollaboration lets everybody join who is subscribed.
	JoinCollaboration JoinPolicy = "Collaboration"
	// JoinGrab gives a request to the first Representative who joins it. The
	// others do not see it any more, until that one has left. Admins see and join
	// everything.
	JoinGrab JoinPolicy = "Grab"
)

// ReopenPolicy says what a message makes of a customer whose last request is
// closed.
//
// +kubebuilder:validation:Enum=NewRequest;Reopen
type ReopenPolicy string

const (
	// ReopenNewRequest makes a request that has nothing to do with the closed one.
	ReopenNewRequest ReopenPolicy = "NewRequest"
	// ReopenReopen makes a request that names the closed one, in its `reopenOf`.
	ReopenReopen ReopenPolicy = "Reopen"
)

// RealertPolicy says whether a customer who writes again while nobody is with
// them is announced again.
//
// +kubebuilder:validation:Enum=Never;OnCustomerMessage
type RealertPolicy string

const (
	// RealertNever announces a request once.
	RealertNever RealertPolicy = "Never"
	// RealertOnCustomerMessage announces it again with a message of its customer,
	// at most once in realertAfter.
	RealertOnCustomerMessage RealertPolicy = "OnCustomerMessage"
)

// CapacityPolicy says what the limit of a MediaRoutingDomain does to a join.
//
// +kubebuilder:validation:Enum=Ignore;Warn;Enforce
type CapacityPolicy string

const (
	// CapacityIgnore lets an agent join above their limit.
	CapacityIgnore CapacityPolicy = "Ignore"
	// CapacityWarn lets them join, and tells them.
	CapacityWarn CapacityPolicy = "Warn"
	// CapacityEnforce refuses the join.
	CapacityEnforce CapacityPolicy = "Enforce"
)
