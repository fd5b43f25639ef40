package keyspace

import "time"

// AgentRecord is what the runtime knows of an agent from their last token.
type AgentRecord struct {
	Groups []string `json:"groups,omitempty"`
}

// SubscriptionRecord says whether an agent is subscribed to a list.
type SubscriptionRecord struct {
	Subscribed bool `json:"subscribed"`
	// Chosen says that the agent chose it, rather than a subscription with
	// autoSubscribe.
	Chosen bool      `json:"chosen,omitempty"`
	At     time.Time `json:"at"`
}

// DedupeRecord is the answer that a message got when it was taken.
type DedupeRecord struct {
	Request string `json:"request"`
	List    string `json:"list"`
	Outcome string `json:"outcome"`
}

// Pointer says which snapshot is in force.
type Pointer struct {
	Sequence int64  `json:"sequence"`
	Digest   string `json:"digest"`
	Chunks   int    `json:"chunks"`
	// Runtime is the UID of the RoutingRuntime that it was compiled for.
	Runtime string `json:"runtime,omitempty"`
}
