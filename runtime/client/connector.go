package client

import (
	"context"
	"net/http"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Connector brings the messages of one channel's customers.
type Connector struct {
	*api
	channel string
}

// NewConnector speaks for a channel, whose key it needs, to the runtime at base.
func NewConnector(base, channel, key string, o Options) (*Connector, error) {
	a, err := newAPI(base, StaticToken(key), o)
	if err != nil {
		return nil, err
	}
	return &Connector{api: a, channel: channel}, nil
}

// Post posts a customer's message. When it returns without an error the message is
// on the runtime's disk. After an error that is no *protocol.Problem nobody knows:
// post the same message with the same id again.
func (c *Connector) Post(ctx context.Context, m protocol.PostMessage) (protocol.Receipt, error) {
	var receipt protocol.Receipt
	err := c.do(ctx, call{method: http.MethodPost, path: []string{"v1", "channels", c.channel, "messages"}, body: m}, &receipt)
	return receipt, err
}

// EndSession closes a customer's open request (T21).
func (c *Connector) EndSession(ctx context.Context, customer string) (request.Outcome, error) {
	var end protocol.SessionEnd
	err := c.do(ctx, call{method: http.MethodPost, path: []string{"v1", "channels", c.channel, "sessions", customer, "end"}}, &end)
	return end.Outcome, err
}

// Presence says whether a customer is there (online), for agents to see.
func (c *Connector) Presence(ctx context.Context, customer string, p protocol.PutPresence) error {
	return c.do(ctx, call{method: http.MethodPut, path: []string{"v1", "channels", c.channel, "customers", customer, "presence"}, body: p}, nil)
}
