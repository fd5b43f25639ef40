package conformance

import (
	"context"
	"net/http"
	"net/url"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Customer is one customer of a channel.
type Customer struct {
	t *T
	caller
	Channel, ID, Name string
}

// Customer is a new customer of a channel. Whatever is open of them when the case
// ends is closed then.
func (t *T) Customer(channel string) *Customer {
	c := &Customer{
		t: t, Channel: channel, ID: t.Name("customer"), Name: "John Williams",
		caller: caller{http: t.run.http, bases: t.bases(), token: t.Target.Setting.Key},
	}
	t.Cleanup(func(ctx context.Context) {
		_, _, _ = c.call(ctx, http.MethodPost, c.path("sessions", "end"), "", struct{}{}, nil)
	})
	return c
}

// elsewhere is the same customer, whose messages go to the next replica first.
func (c *Customer) elsewhere() *Customer {
	next := *c
	next.bases = c.t.bases()
	return &next
}

func (c *Customer) path(what, then string) string {
	return "/v1/channels/" + c.Channel + "/" + what + "/" + url.PathEscape(c.ID) + "/" + then
}

// Post posts a message under an id.
func (c *Customer) Post(id, text string) (protocol.Receipt, *protocol.Problem) {
	return c.Send(map[string]any{"id": id, "text": text, "customer": protocol.Customer{ID: c.ID, Name: c.Name}})
}

// Send posts a message as it is given.
func (c *Customer) Send(message any) (receipt protocol.Receipt, _ *protocol.Problem) {
	_, problem, err := c.call(c.t.Context, http.MethodPost, "/v1/channels/"+c.Channel+"/messages", "", message, &receipt)
	if err != nil {
		c.t.Fatalf("%v", err)
	}
	return receipt, problem
}

// Write posts a message that has to be taken.
func (c *Customer) Write(text string) protocol.Receipt {
	receipt, problem := c.Post(c.t.Name("message"), text)
	if problem != nil {
		c.t.Fatalf("a message was answered %s", said(problem))
	}
	return receipt
}

// Open writes the first message, which has to open a request, and gives its id.
func (c *Customer) Open() string {
	receipt := c.Write("Is anybody there?")
	c.t.Check(receipt.Outcome == request.Opened, "a first message was %s, and should have been %s", receipt.Outcome, request.Opened)
	return receipt.Request
}

// Again writes a further message, which has to join an open request.
func (c *Customer) Again(id string) {
	receipt := c.Write("Hello?")
	c.t.Check(receipt.Outcome == request.Appended && receipt.Request == id,
		"a further message was %s to %s, and should have been %s to %s", receipt.Outcome, receipt.Request, request.Appended, id)
}

// End ends the customer's session.
func (c *Customer) End() request.Outcome {
	var end protocol.SessionEnd
	_, problem, err := c.call(c.t.Context, http.MethodPost, c.path("sessions", "end"), "", struct{}{}, &end)
	if err != nil || problem != nil {
		c.t.Fatalf("the end of a session was answered %s, %v", said(problem), err)
	}
	return end.Outcome
}

// Present says that the customer is there, or is not, and where.
func (c *Customer) Present(p protocol.PutPresence) {
	path := "/v1/channels/" + c.Channel + "/customers/" + url.PathEscape(c.ID) + "/presence"
	_, problem, err := c.call(c.t.Context, http.MethodPut, path, "", p, nil)
	if err != nil || problem != nil {
		c.t.Fatalf("the customer's presence was answered %s, %v", said(problem), err)
	}
}
