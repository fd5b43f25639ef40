package keyspace

import (
	"time"

	"github.com/pullmode/operator/runtime/request"
)

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
	// Since is the revision from which on the list's events are the agent's, where
	// the record was written again since (N2); 0 means the record's own.
	Since int64 `json:"since,omitempty"`
	// Repeats counts how often the agent has subscribed again.
	Repeats int64 `json:"repeats,omitempty"`
}

// AlertRecord says that a request's alert is raised. The revision of its key is
// when: the alert is of those who were subscribed before.
type AlertRecord struct {
	Generation int64 `json:"generation"`
}

// DismissalRecord is what an agent has dismissed.
type DismissalRecord struct {
	// Until dismisses every alert that was raised at this revision or before.
	Until int64 `json:"until,omitempty"`
	// Some are the generations of alerts that were dismissed one by one, by request.
	Some map[string]int64 `json:"some,omitempty"`
	// Last is the request that the last dismissal was of; empty when it was of all.
	Last string `json:"last,omitempty"`
}

// HeardRecord is up to where desks of the published contract have told an agent of
// alerts: those desks have no cursor.
type HeardRecord struct {
	// Until is the revision: of what was raised by it, the agent has been told.
	Until int64 `json:"until"`
}

// PresenceRecord says that an agent has a connection at a replica.
type PresenceRecord struct {
	// Session names the newest connection.
	Session string    `json:"session"`
	At      time.Time `json:"at"`
}

// CustomerRecord says whether a customer is there.
type CustomerRecord struct {
	Online       bool       `json:"online"`
	LastActiveAt *time.Time `json:"lastActiveAt,omitempty"`
	Location     string     `json:"location,omitempty"`
	At           time.Time  `json:"at"`
	// Request is the open request at the time of writing, and Members who was in it.
	Request string   `json:"request,omitempty"`
	Members []string `json:"members,omitempty"`
}

// OutboxRecord is an agent's message on its way to the customer.
type OutboxRecord struct {
	Channel  string           `json:"channel"`
	Request  string           `json:"request"`
	Thread   string           `json:"thread"`
	Customer request.Customer `json:"customer"`
	Message  request.Message  `json:"message"`
}

// DrainingRecord says since when a deleted list has been draining.
type DrainingRecord struct {
	Since time.Time `json:"since"`
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
