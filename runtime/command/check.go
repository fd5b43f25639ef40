package command

import (
	"unicode/utf8"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Bounds of what a connector posts. They keep a document small enough to be
// written on every change of its request.
const (
	// MaxIDBytes bounds the ids that connectors choose.
	MaxIDBytes = 256
	// MaxTextBytes bounds a message's text.
	MaxTextBytes = request.KeptBytes
	// MaxAttributes, MaxAttributeName and MaxAttributeValue bound what is passed
	// through to agents, 5 KiB in all.
	MaxAttributes     = 16
	MaxAttributeName  = 64
	MaxAttributeValue = 256
)

func checkMessage(m protocol.PostMessage) error {
	switch {
	case m.ID == "" || len(m.ID) > MaxIDBytes:
		return refuse(InvalidRequest, "id must have 1 to %d bytes: it is how a repeat of the message is recognised", MaxIDBytes)
	case m.Customer.ID == "" || len(m.Customer.ID) > MaxIDBytes:
		return refuse(InvalidRequest, "customer.id must have 1 to %d bytes", MaxIDBytes)
	case len(m.Customer.Name) > MaxIDBytes:
		return refuse(InvalidRequest, "customer.name must have at most %d bytes", MaxIDBytes)
	case m.Text == "":
		return refuse(InvalidRequest, "text is empty: a message says something")
	case len(m.Text) > MaxTextBytes:
		return refuse(InvalidRequest, "text has %d bytes, at most %d are taken: split the message", len(m.Text), MaxTextBytes)
	case !utf8.ValidString(m.Text) || !utf8.ValidString(m.ID) || !utf8.ValidString(m.Customer.ID) || !utf8.ValidString(m.Customer.Name):
		return refuse(InvalidRequest, "id, customer and text must be UTF-8")
	}
	return checkAttributes(m.Customer.Attributes)
}

func checkAttributes(attributes map[string]string) error {
	if len(attributes) > MaxAttributes {
		return refuse(InvalidRequest, "customer.attributes has %d entries, at most %d are passed through", len(attributes), MaxAttributes)
	}
	for name, value := range attributes {
		if name == "" || len(name) > MaxAttributeName || len(value) > MaxAttributeValue {
			return refuse(InvalidRequest, "customer.attributes: names have 1 to %d bytes and values at most %d", MaxAttributeName, MaxAttributeValue)
		}
	}
	return nil
}
