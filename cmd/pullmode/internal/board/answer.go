package board

import (
	"fmt"
	"strings"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Receipt says what became of a customer's message.
func Receipt(r protocol.Receipt) string {
	what := fmt.Sprintf("added to request %s on list %s", r.Request, r.List)
	if r.Outcome == request.Opened {
		what = fmt.Sprintf("opened request %s on list %s", r.Request, r.List)
	}
	if r.Duplicate {
		what += " (taken before: the same id had been posted already)"
	}
	return what
}

// SessionEnd says what became of a customer's session.
func SessionEnd(o request.Outcome) string {
	if o == request.AlreadyClosed {
		return "nothing to end: the customer has no open request"
	}
	return "ended: the customer's request is closed"
}

// LoggedOut says which requests an agent has left.
func LoggedOut(l protocol.LoggedOut) []string {
	if len(l.Left) == 0 {
		return []string{"logged out: there was no request to leave"}
	}
	return []string{"logged out, and left " + strings.Join(l.Left, ", ")}
}

// Dismissed says whose alert was dismissed: without an id, all of them.
func Dismissed(id string) []string {
	if id == "" {
		return []string{"dismissed all alerts"}
	}
	return []string{"dismissed the alert of " + id}
}

var outcomes = map[request.Outcome]string{
	request.Joined:        "joined",
	request.AlreadyMember: "joined already",
	request.Left:          "left",
	request.Ended:         "closed",
	request.AlreadyClosed: "closed already",
	request.WrappedUp:     "wrapped up",
}

// Result gives the lines of an agent's command, with the conversation after a
// join.
func Result(r protocol.Result) []string {
	what, known := outcomes[r.Outcome]
	if !known {
		what = string(r.Outcome)
	}
	if r.Offer != nil && r.Outcome == request.Offered {
		what += " to " + offered(r.Offer) + " (" + r.Offer.ID + ")"
	}
	lines := []string{what}
	if r.Request != nil {
		lines[0] = fmt.Sprintf("%s: %s of %s on list %s is %s", what, r.Request.ID, plain(r.Request.Customer.Name), r.Request.List, r.Request.State)
		if len(r.Request.Members) > 0 {
			lines[0] += ", joined by " + members(r.Request)
		}
		if r.Request.TransferredTo != "" {
			lines[0] += ", and goes on as " + r.Request.TransferredTo
		}
	}
	for _, w := range r.Warnings {
		if w == protocol.OverCapacity {
			lines = append(lines, "  you hold more requests than you should")
		}
	}
	return append(lines, Messages(r.Messages)...)
}

// Conversation gives the lines of a request and its last messages.
func Conversation(c protocol.Conversation) []string {
	r := c.Request
	head := fmt.Sprintf("%s  %s on list %s by %s (%s)", r.ID, r.State, r.List, r.Channel, r.ChannelType)
	lines := []string{head, fmt.Sprintf("customer: %s (%s)%s", plain(r.Customer.Name), plain(r.Customer.ID), there(r.Presence))}
	if len(r.Members) > 0 {
		lines = append(lines, "joined by: "+members(r))
	}
	for _, other := range []struct{ what, id string }{
		{"goes on from", r.ReopenOf}, {"transferred from", r.TransferredFrom}, {"transferred to", r.TransferredTo},
	} {
		if other.id != "" {
			lines = append(lines, other.what+": "+other.id)
		}
	}
	if w := r.WrapUp; w != nil && w.AppliedAt == nil {
		lines = append(lines, "your wrap-up is awaited")
	} else if w != nil {
		lines = append(lines, strings.TrimSpace("your wrap-up: "+strings.Join(w.Reasons, ", ")+" "+plain(w.Note)))
	}
	return append(lines, Messages(c.Messages)...)
}

// Messages gives a line for each message.
func Messages(messages []request.Message) []string {
	lines := make([]string, len(messages))
	for i, m := range messages {
		lines[i] = fmt.Sprintf("  %s  %s: %s", m.At.Local().Format(time.TimeOnly), name(m.From), said(&m))
	}
	return lines
}

// said is what a message says, and that it did not arrive.
func said(m *request.Message) string {
	if m.Delivery == request.DeliveryFailedFinally {
		return fmt.Sprintf("%s (not delivered: %s)", words(m), plain(m.Failure))
	}
	return words(m)
}

// words are a message's text, and the addresses of what belongs to it.
func words(m *request.Message) string {
	var parts []string
	if m.Text != "" {
		parts = append(parts, plain(m.Text))
	}
	for _, a := range m.Attachments {
		parts = append(parts, "["+plain(a.URL)+"]")
	}
	return strings.Join(parts, " ")
}

// there says whether a customer is, where that is known.
func there(p *protocol.Presence) string {
	switch {
	case p == nil:
		return ""
	case p.Online && p.Location != "":
		return ", is there: " + plain(p.Location)
	case p.Online:
		return ", is there"
	}
	return ", is not there"
}
