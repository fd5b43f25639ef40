package request

import "time"

// Message is one message of a conversation.
type Message struct {
	// Number counts the messages of the conversation, from 1.
	Number int64 `json:"number"`
	// ID is the sender's own id of the message.
	ID   string `json:"id"`
	From Actor  `json:"from"`
	Text string `json:"text"`
	// Kind is the sender's word for what sort of message it is, passed through.
	Kind        string            `json:"kind,omitempty"`
	Attachments []Attachment      `json:"attachments,omitempty"`
	Attributes  map[string]string `json:"attributes,omitempty"`
	// At is when the runtime took the message. SentAt is what the connector
	// says of when it was written; it is shown and never counted with.
	At     time.Time  `json:"at"`
	SentAt *time.Time `json:"sentAt,omitempty"`
	// Delivery is failed for an agent's message that did not reach the customer,
	// and Failure says why; empty otherwise.
	Delivery Delivery `json:"delivery,omitempty" enum:"failed"`
	Failure  string   `json:"failure,omitempty"`
}

// Delivery is what became of an agent's message.
type Delivery string

// DeliveryFailedFinally: the channel's connector did not take the message, and it
// is not tried again.
const DeliveryFailedFinally Delivery = "failed"

// Attachment is a file beside a message, by reference.
type Attachment struct {
	URL         string `json:"url" maxLength:"2048" doc:"Where the file is: http or https. The runtime passes it through and never reads it."`
	Name        string `json:"name,omitempty" maxLength:"256"`
	ContentType string `json:"contentType,omitempty" maxLength:"128"`
	Size        int64  `json:"size,omitempty" minimum:"0" doc:"In bytes."`
}

// size is what the message takes of what is kept of a conversation: its texts, and
// a little for each entry.
func (m *Message) size() int {
	const entry = 16
	n := len(m.Text) + len(m.Kind)
	for _, a := range m.Attachments {
		n += len(a.URL) + len(a.Name) + len(a.ContentType) + entry
	}
	for name, value := range m.Attributes {
		n += len(name) + len(value) + entry
	}
	return n
}
