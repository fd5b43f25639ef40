package command

import (
	"net/url"
	"unicode/utf8"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Bounds of what connectors and agents send. They keep a document small enough to
// be written on every change of its request.
const (
	// MaxIDBytes bounds the ids that connectors choose, and names.
	MaxIDBytes = 256
	// MaxTextBytes bounds the text of a customer's message. An agent's is bounded by
	// its channel, in code points (T32).
	MaxTextBytes = request.KeptBytes
	// MaxKindBytes bounds the word for what sort of message one is.
	MaxKindBytes = 64
	// MaxAttributes, MaxAttributeName and MaxAttributeValue bound what is passed
	// through, 5 KiB in all.
	MaxAttributes     = 16
	MaxAttributeName  = 64
	MaxAttributeValue = 256
	// MaxAttachments bounds the files beside a message, MaxURLBytes and
	// MaxContentType what is said of one.
	MaxAttachments = 10
	MaxURLBytes    = 2048
	MaxContentType = 128
	// MaxNote bounds the note of a wrap-up, in code points.
	MaxNote = 1000
)

func checkMessage(m protocol.PostMessage) error {
	switch {
	case m.ID == "" || len(m.ID) > MaxIDBytes:
		return refuse(InvalidRequest, "id must have 1 to %d bytes: it is how a repeat of the message is recognised", MaxIDBytes)
	case m.Customer.ID == "" || len(m.Customer.ID) > MaxIDBytes:
		return refuse(InvalidRequest, "customer.id must have 1 to %d bytes", MaxIDBytes)
	case len(m.Customer.Name) > MaxIDBytes:
		return refuse(InvalidRequest, "customer.name must have at most %d bytes", MaxIDBytes)
	case len(m.Text) > MaxTextBytes:
		return refuse(InvalidRequest, "text has %d bytes, at most %d are taken: split the message", len(m.Text), MaxTextBytes)
	case !valid(m.ID, m.Customer.ID, m.Customer.Name):
		return refuse(InvalidRequest, "id and customer must be UTF-8")
	}
	if err := checkAttributes("customer.attributes", m.Customer.Attributes); err != nil {
		return err
	}
	return checkContent(m.Text, m.Kind, m.Attachments, m.Attributes)
}

func checkSay(s protocol.Say) error {
	return checkContent(s.Text, s.Kind, s.Attachments, s.Attributes)
}

// checkContent checks what messages of customers and of agents have in common.
func checkContent(text, kind string, attachments []request.Attachment, attributes map[string]string) error {
	switch {
	case text == "" && len(attachments) == 0:
		return refuse(InvalidRequest, "text is empty and there are no attachments: a message says something")
	case !valid(text, kind):
		return refuse(InvalidRequest, "text and kind must be UTF-8")
	case len(kind) > MaxKindBytes:
		return refuse(InvalidRequest, "kind must have at most %d bytes", MaxKindBytes)
	case len(attachments) > MaxAttachments:
		return refuse(InvalidRequest, "there are %d attachments, at most %d are taken: send the others with another message", len(attachments), MaxAttachments)
	}
	for i, a := range attachments {
		if err := checkAttachment(i, a); err != nil {
			return err
		}
	}
	return checkAttributes("attributes", attributes)
}

func checkAttachment(i int, a request.Attachment) error {
	address, err := url.Parse(a.URL)
	switch {
	case err != nil || len(a.URL) > MaxURLBytes || address.Host == "" || (address.Scheme != "http" && address.Scheme != "https"):
		return refuse(InvalidRequest, "attachments[%d].url must be an http or https address of at most %d bytes", i, MaxURLBytes)
	case len(a.Name) > MaxIDBytes || len(a.ContentType) > MaxContentType:
		return refuse(InvalidRequest, "attachments[%d]: name has at most %d bytes and contentType at most %d", i, MaxIDBytes, MaxContentType)
	case a.Size < 0:
		return refuse(InvalidRequest, "attachments[%d].size must not be negative: leave it out if it is not known", i)
	case !valid(a.URL, a.Name, a.ContentType):
		return refuse(InvalidRequest, "attachments[%d] must be UTF-8", i)
	}
	return nil
}

func checkAttributes(where string, attributes map[string]string) error {
	if len(attributes) > MaxAttributes {
		return refuse(InvalidRequest, "%s has %d entries, at most %d are passed through", where, len(attributes), MaxAttributes)
	}
	for name, value := range attributes {
		if name == "" || len(name) > MaxAttributeName || len(value) > MaxAttributeValue || !valid(name, value) {
			return refuse(InvalidRequest, "%s: names have 1 to %d bytes and values at most %d, in UTF-8", where, MaxAttributeName, MaxAttributeValue)
		}
	}
	return nil
}

func checkTarget(to protocol.Target) error {
	if (to.Agent == "") == (to.List == "") {
		return refuse(InvalidRequest, "name either an agent or a list: see /v1/transfer-targets")
	}
	return nil
}

func checkWrapUp(w protocol.WrapUp) error {
	if utf8.RuneCountInString(w.Note) > MaxNote || !valid(w.Note) {
		return refuse(InvalidRequest, "note must have at most %d code points of UTF-8", MaxNote)
	}
	return nil
}

func checkPresence(customer string, p protocol.PutPresence) error {
	if customer == "" || len(customer) > MaxIDBytes || len(p.Location) > MaxIDBytes || !valid(customer, p.Location) {
		return refuse(InvalidRequest, "the customer's id has 1 to %d bytes and location at most %d, in UTF-8", MaxIDBytes, MaxIDBytes)
	}
	return nil
}

func valid(texts ...string) bool {
	for _, text := range texts {
		if !utf8.ValidString(text) {
			return false
		}
	}
	return true
}
