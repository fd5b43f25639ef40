package server

import (
	"context"
	"errors"
	"time"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/protocol"
)

var (
	errNoHello = errors.New("no hello came in time: it is the first message, within 10 s")
	errMistake = errors.New("the runtime made a mistake: its log says more")
)

// leave ends the session in order: its calls are answered, and its client is told why.
func (c *session) leave() {
	cause := context.Cause(c.ctx)
	if errors.Is(cause, errGone) {
		c.abandon() // nobody is there to answer
	}
	patience := time.AfterFunc(c.server.WriteTimeout, c.abandon)
	defer patience.Stop()
	c.settle()
	code, reason := c.closing(cause)
	c.socket.leave(code, reason)
	c.server.log.DebugContext(c.ctx, "a WebSocket ended", "code", int(code), "reason", cause)
}

// closes says which code an end has. What is not here is for the problems to say.
var closes = []struct {
	err  error
	code protocol.CloseCode
}{
	{hub.ErrDraining, protocol.CloseDraining},
	{errTokenExpired, protocol.CloseTokenExpired},
	{hub.ErrSlow, protocol.CloseSlow},
	{errSilent, protocol.CloseSilent},
	{errNoHello, protocol.CloseSilent},
	{hub.ErrReplaced, protocol.CloseReplaced},
	{hub.ErrUntrusted, protocol.CloseTokenRefused},
	{auth.ErrInvalidToken, protocol.CloseTokenRefused},
	{auth.ErrMissingToken, protocol.CloseTokenRefused},
	{errOtherAgent, protocol.CloseOtherAgent},
	{errMistake, protocol.CloseUnavailable},
}

// closing is how the client is told of an end.
func (c *session) closing(cause error) (protocol.CloseCode, string) {
	var refused *auth.Error
	if errors.As(cause, &refused) {
		c.server.Metrics.AuthFailed(string(refused.Reason))
	}
	var bad malformed
	if errors.As(cause, &bad) {
		return protocol.CloseMalformed, bad.Error()
	}
	for _, close := range closes {
		if errors.Is(cause, close.err) {
			return close.code, cause.Error()
		}
	}
	if refused != nil || errors.Is(cause, errGone) || c.server.Hub.Ready() != nil {
		return protocol.CloseUnavailable, cause.Error()
	}
	var p *protocol.Problem
	if errors.As(c.server.answer(c.ctx, cause), &p) {
		return protocol.CloseUnavailable, p.Detail
	}
	return protocol.CloseUnavailable, cause.Error()
}
