package outbound

import (
	"strconv"
	"time"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// Message is what a channel's connector is sent, as JSON: bring it to the customer
// and answer 2xx. It may come more than once, with the same ID.
type Message struct {
	// ID names the message; it is the webhook-id, too.
	ID      string `json:"id"`
	Request string `json:"request"`
	Channel string `json:"channel"`
	// ServiceIdentifier is the channel's, by which the connector knows it.
	ServiceIdentifier string               `json:"serviceIdentifier"`
	Customer          Customer             `json:"customer"`
	Text              string               `json:"text"`
	Kind              string               `json:"kind,omitempty"`
	Attachments       []request.Attachment `json:"attachments,omitempty"`
	Attributes        map[string]string    `json:"attributes,omitempty"`
	From              Sender               `json:"from"`
	At                time.Time            `json:"at"`
}

// Customer is who is written to.
type Customer struct {
	ID string `json:"id"`
	// Name is the customer's own; there is none where the channel's anonymousName
	// stands in.
	Name string `json:"name,omitempty"`
}

// Sender is who wrote.
type Sender struct {
	Agent string `json:"agent"`
}

func idOf(thread string, number int64) string { return thread + "/" + strconv.FormatInt(number, 10) }

func compose(r keyspace.OutboxRecord, channel *snapshot.Channel) Message {
	customer := Customer{ID: r.Customer.ID}
	if !r.Customer.Anonymous {
		customer.Name = r.Customer.Name
	}
	m := r.Message
	return Message{
		ID: idOf(r.Thread, m.Number), Request: r.Request, Channel: channel.Name, ServiceIdentifier: channel.ServiceIdentifier,
		Customer: customer, Text: m.Text, Kind: m.Kind, Attachments: m.Attachments, Attributes: m.Attributes,
		From: Sender{Agent: m.From.Name}, At: m.At,
	}
}
