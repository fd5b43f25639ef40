package protocol

import (
	"time"

	"github.com/pullmode/operator/runtime/request"
)

// Result answers an agent's command. What it says is on disk.
type Result struct {
	Outcome request.Outcome `json:"outcome" enum:"joined,alreadyMember,left,closed,alreadyClosed,sent,transferred,offered,declined,withdrawn,removed,wrappedUp"`
	// Repeated says that this is the answer that the same command got before.
	Repeated bool `json:"repeated,omitempty"`
	// Request is the request after the command.
	Request *Request `json:"request"`
	// Messages are the last ones of the conversation, oldest first; for a join and
	// for an offer that was accepted.
	Messages []request.Message `json:"messages,omitempty"`
	// Message is what was sent.
	Message *request.Message `json:"message,omitempty"`
	// Offer is what was offered.
	Offer *Offer `json:"offer,omitempty"`
	// Warnings say what is not as it should be, though the command was carried out.
	Warnings []Warning `json:"warnings,omitempty"`
	// Cursor is the place in the feed after the command.
	Cursor string `json:"cursor"`
}

// Warning is something that is not as it should be.
type Warning string

// OverCapacity: the agent holds more requests of the domain than they should
// (capacityPolicy Warn).
const OverCapacity Warning = "overCapacity"

// Say is an agent's message to the customer.
type Say struct {
	Text        string               `json:"text,omitempty" doc:"At most as many Unicode code points as the Channel's messageMaxLength. It may be missing where there are attachments."`
	Kind        string               `json:"kind,omitempty" maxLength:"64" doc:"Your word for what sort of message it is; passed through."`
	Attachments []request.Attachment `json:"attachments,omitempty" maxItems:"10"`
	Attributes  map[string]string    `json:"attributes,omitempty" doc:"At most 16, names of at most 64 and values of at most 256 bytes. Passed through to the connector."`
}

// Target is to whom something is transferred or offered: one of the two.
type Target struct {
	Agent string `json:"agent,omitempty" maxLength:"256" doc:"The name of an agent who is connected."`
	List  string `json:"list,omitempty" maxLength:"253" doc:"The name of a Worklist."`
}

// WrapUp is what an agent says of a request when they have done with it.
type WrapUp struct {
	Reasons []string `json:"reasons" minItems:"1" maxItems:"5" doc:"Names of the list's wrap-up reasons."`
	Note    string   `json:"note,omitempty" maxLength:"1000"`
}

// Offer is an offer as the sender and those see it to whom it is made.
type Offer struct {
	ID      string            `json:"id"`
	Kind    request.OfferKind `json:"kind" enum:"transfer,invite"`
	Request *Request          `json:"request"`
	From    string            `json:"from"`
	Agent   string            `json:"agent,omitempty"`
	List    string            `json:"list,omitempty"`
	At      time.Time         `json:"at"`
	// ExpiresAt is when it lapses; in events, which do not know it, it is missing.
	ExpiresAt *time.Time `json:"expiresAt,omitempty"`
}

// Offers are those that stand for an agent, and those that they have made.
type Offers struct {
	Offers []*Offer `json:"offers"`
	Cursor string   `json:"cursor"`
}

// Alerts are those that stand for an agent, oldest first.
type Alerts struct {
	// Alerts are the requests, each with its alert.
	Alerts []*Request `json:"alerts"`
	Cursor string     `json:"cursor"`
}

// LoggedOut says which requests the agent has left (T27).
type LoggedOut struct {
	Left []string `json:"left"`
}

// TransferTargets are to whom a request can be transferred or offered.
type TransferTargets struct {
	Lists  []TargetList  `json:"lists"`
	Agents []TargetAgent `json:"agents"`
}

// TargetList is a list as a target.
type TargetList struct {
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
}

// TargetAgent is an agent as a target: one who is connected.
type TargetAgent struct {
	Name string `json:"name"`
}
