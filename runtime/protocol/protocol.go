// Package protocol holds the JSON of the runtime's public API: what connectors
// and agents send, what they are answered, and the events of the feed. The
// server writes these types and the client reads them, so they cannot differ.
//
// Times are RFC 3339 in UTC. Names are camelCase.
package protocol

import (
	"time"

	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// Request is a request as agents see it: a row of an inbox.
type Request struct {
	ID             string              `json:"id" doc:"The request's id. A new incarnation of the same customer's conversation has a new one."`
	List           string              `json:"list" doc:"The list that the request waits on: a Worklist's name."`
	Channel        string              `json:"channel"`
	ChannelType    string              `json:"channelType" example:"FACEBOOK"`
	Customer       Customer            `json:"customer"`
	State          request.State       `json:"state" enum:"UNREAD,ACTIVE,INACTIVE,CLOSED"`
	Version        int64               `json:"version" doc:"Counts the accepted commands. An event with a version that you have is one that you have had."`
	Members        []request.Member    `json:"members" doc:"The agents who have joined and not left."`
	OpenedAt       time.Time           `json:"openedAt"`
	LastCustomerAt time.Time           `json:"lastCustomerAt"`
	WaitingSince   *time.Time          `json:"waitingSince,omitempty" doc:"The oldest customer message that nobody has answered."`
	LastAgentAt    *time.Time          `json:"lastAgentAt,omitempty" doc:"The last message of an agent."`
	FirstJoinedAt  *time.Time          `json:"firstJoinedAt,omitempty" doc:"Ends the time in which nobody had joined."`
	ClosedAt       *time.Time          `json:"closedAt,omitempty"`
	CloseReason    request.CloseReason `json:"closeReason,omitempty" enum:"AGENT,CUSTOMER,INACTIVITY,FORCE_CLOSED,TRANSFERRED"`
	// ReopenOf, TransferredFrom and TransferredTo are other requests of the same
	// customer (T06b, T28).
	ReopenOf        string `json:"reopenOf,omitempty" doc:"The closed request that this one goes on from."`
	TransferredFrom string `json:"transferredFrom,omitempty"`
	TransferredTo   string `json:"transferredTo,omitempty"`
	Grab            bool   `json:"grab,omitempty" doc:"The list gives its requests to the first Representative who joins."`
	// WrapUp is the asking agent's own.
	WrapUp *request.Wrapped `json:"wrapUp,omitempty" doc:"Your wrap-up of it: awaited while it has no appliedAt."`
	// Alert stands while the asking agent has neither dismissed it nor joined.
	Alert *Alert `json:"alert,omitempty" doc:"The alert of it that stands for you; none when you have dismissed it, or joined."`
	// Presence is what the connector says of the customer.
	Presence *Presence `json:"presence,omitempty" doc:"Whether the customer is there, as the connector says."`
	// Attention is computed when a page is made; events do not carry it.
	Attention *request.Attention `json:"attention,omitempty" doc:"How long the customer has waited and whether somebody looks after it, at the time of the answer."`
}

// Alert is an alert that stands for the agent who asks.
type Alert struct {
	Generation int64     `json:"generation" doc:"Counts how often the request's alert was raised."`
	RaisedAt   time.Time `json:"raisedAt"`
}

// Presence is whether a customer is there.
type Presence struct {
	Online       bool       `json:"online"`
	LastActiveAt *time.Time `json:"lastActiveAt,omitempty"`
	Location     string     `json:"location,omitempty" maxLength:"256"`
	// At is when the connector said so.
	At time.Time `json:"at" readOnly:"true"`
}

// Customer is who wrote.
type Customer struct {
	ID         string            `json:"id" minLength:"1" maxLength:"256" doc:"The customer's id in the channel, as the connector knows them."`
	Name       string            `json:"name,omitempty" maxLength:"256" doc:"Shown to agents. The channel's anonymousName stands in when there is none."`
	Anonymous  bool              `json:"anonymous,omitempty" readOnly:"true" doc:"The customer gave no name."`
	Attributes map[string]string `json:"attributes,omitempty" doc:"At most 16, names of at most 64 and values of at most 256 bytes. Passed through to agents."`
}

// FromDocument shows a document as agents see it.
func FromDocument(d *request.Document) *Request {
	r := &Request{
		ID: d.ID, List: d.List, Channel: d.Channel, ChannelType: d.ChannelType,
		Customer: Customer{ID: d.Customer.ID, Name: d.Customer.Name, Anonymous: d.Customer.Anonymous, Attributes: d.Customer.Attributes},
		State:    d.State, Version: d.Version, Members: d.Members,
		OpenedAt: d.OpenedAt, LastCustomerAt: d.LastCustomerAt, WaitingSince: d.WaitingSince,
		LastAgentAt: d.LastAgentAt, FirstJoinedAt: d.FirstJoinedAt, ClosedAt: d.ClosedAt, CloseReason: d.Reason,
		ReopenOf: d.ReopenOf, TransferredFrom: d.TransferredFrom, TransferredTo: d.TransferredTo, Grab: d.Grab,
	}
	if r.Members == nil {
		r.Members = []request.Member{}
	}
	return r
}

// List is a list as one agent sees it.
type List struct {
	Name        string               `json:"name" doc:"The Worklist's name: the list's id everywhere in this API."`
	DisplayName string               `json:"displayName"`
	Description string               `json:"description,omitempty"`
	Role        snapshot.Role        `json:"role" enum:"Representative,Admin"`
	ClosePolicy snapshot.ClosePolicy `json:"closePolicy" enum:"Members,Subscribers,Admins"`
	JoinPolicy  snapshot.JoinPolicy  `json:"joinPolicy" enum:"Collaboration,Grab"`
	WrapUp      *snapshot.WrapUp     `json:"wrapUp,omitempty" doc:"The reasons that are asked for when you have done with a request."`
	Attention   Thresholds           `json:"attention" doc:"How long a customer waits before they need more attention."`
	Subscribed  bool                 `json:"subscribed"`
	Draining    bool                 `json:"draining,omitempty" doc:"The list has been deleted; what is open on it can be finished."`
	Counts      *Counts              `json:"counts,omitempty"`
}

// Thresholds say when a customer who waits for an answer needs more attention. A desk
// computes a row's attention from them: it changes with time, and no event tells of it.
type Thresholds struct {
	SoonAfterSeconds    float64 `json:"soonAfterSeconds" doc:"Who has waited for more than this is Soon: at exactly so many seconds it is still Normal."`
	OverdueAfterSeconds float64 `json:"overdueAfterSeconds" doc:"Who has waited for more than this is Overdue."`
}

// Counts is how many requests of a list are open, by state.
type Counts struct {
	Unread   int `json:"unread"`
	Active   int `json:"active"`
	Inactive int `json:"inactive"`
}
