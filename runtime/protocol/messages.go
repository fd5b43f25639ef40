package protocol

import (
	"time"

	"github.com/pullmode/operator/runtime/request"
)

// PostMessage is a customer's message as a connector posts it.
type PostMessage struct {
	ID       string   `json:"id" minLength:"1" maxLength:"256" doc:"The connector's own id of the message, among those of the customer. The same id posted again has no second effect."`
	Customer Customer `json:"customer"`
	Text     string   `json:"text,omitempty" doc:"At most 65536 bytes. It may be missing where there are attachments."`
	// Kind, Attachments and Attributes are passed through to agents.
	Kind        string               `json:"kind,omitempty" maxLength:"64" doc:"Your word for what sort of message it is; passed through."`
	Attachments []request.Attachment `json:"attachments,omitempty" maxItems:"10"`
	Attributes  map[string]string    `json:"attributes,omitempty" doc:"At most 16, names of at most 64 and values of at most 256 bytes. Passed through to agents."`
	At          *time.Time           `json:"at,omitempty" doc:"When the customer wrote it, if the channel says so. Shown to agents; clocks count from when the runtime took it."`
}

// Receipt answers a connector. The message is on disk.
type Receipt struct {
	Request string          `json:"request" doc:"The request that the message belongs to."`
	List    string          `json:"list"`
	Outcome request.Outcome `json:"outcome" enum:"opened,appended"`
	// Duplicate says that the message had been taken before.
	Duplicate bool `json:"duplicate,omitempty"`
}

// PutPresence is what a connector says of a customer's presence.
type PutPresence struct {
	Online       bool       `json:"online"`
	LastActiveAt *time.Time `json:"lastActiveAt,omitempty"`
	Location     string     `json:"location,omitempty" maxLength:"256"`
}

// Conversation is a request and the last messages of it.
type Conversation struct {
	Request  *Request          `json:"request"`
	Messages []request.Message `json:"messages"`
	Cursor   string            `json:"cursor"`
}

// Page is one page of requests, oldest first.
type Page struct {
	Requests []*Request `json:"requests"`
	// Continue fetches the next page; empty on the last one.
	Continue string `json:"continue,omitempty"`
	// Cursor is the place in the feed that the page reflects.
	Cursor string `json:"cursor"`
}

// Me is who an agent is to the runtime.
type Me struct {
	Agent  string   `json:"agent"`
	Groups []string `json:"groups"`
	Lists  []List   `json:"lists"`
	// Load is how many requests the agent holds, and may hold, by domain.
	Load []Load `json:"load"`
}

// Load is what an agent holds of one media routing domain.
type Load struct {
	MediaRoutingDomain string `json:"mediaRoutingDomain"`
	DisplayName        string `json:"displayName"`
	Joined             int    `json:"joined"`
	MaxRequests        int32  `json:"maxRequests"`
}
