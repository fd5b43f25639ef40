package board

import (
	"fmt"
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

var outcomes = map[request.Outcome]string{
	request.Joined:        "joined",
	request.AlreadyMember: "joined already",
	request.Left:          "left",
	request.Ended:         "closed",
	request.AlreadyClosed: "closed already",
}

// Result gives the lines of an agent's command, with the conversation after a
// join.
func Result(r protocol.Result) []string {
	what, known := outcomes[r.Outcome]
	if !known {
		what = string(r.Outcome)
	}
	lines := []string{what}
	if r.Request != nil {
		lines[0] = fmt.Sprintf("%s: %s of %s on list %s is %s", what, r.Request.ID, plain(r.Request.Customer.Name), r.Request.List, r.Request.State)
		if len(r.Request.Members) > 0 {
			lines[0] += ", joined by " + members(r.Request)
		}
	}
	return append(lines, Messages(r.Messages)...)
}

// Conversation gives the lines of a request and its last messages.
func Conversation(c protocol.Conversation) []string {
	r := c.Request
	head := fmt.Sprintf("%s  %s on list %s by %s (%s)", r.ID, r.State, r.List, r.Channel, r.ChannelType)
	lines := []string{head, fmt.Sprintf("customer: %s (%s)", plain(r.Customer.Name), plain(r.Customer.ID))}
	if len(r.Members) > 0 {
		lines = append(lines, "joined by: "+members(r))
	}
	return append(lines, Messages(c.Messages)...)
}

// Messages gives a line for each message.
func Messages(messages []request.Message) []string {
	lines := make([]string, len(messages))
	for i, m := range messages {
		lines[i] = fmt.Sprintf("  %s  %s: %s", m.At.Local().Format(time.TimeOnly), name(m.From), plain(m.Text))
	}
	return lines
}
