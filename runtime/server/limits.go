package server

import (
	"time"

	"github.com/pullmode/operator/runtime/protocol"
)

// paced is nil for a call that its caller's rate limit has room for, and otherwise
// says when it will.
func paced(wait time.Duration, ok bool) error {
	if ok {
		return nil
	}
	return retryAfter(problem(protocol.ProblemTooMany, "you call more often than the RoutingRuntime's rateLimits allow; nothing was done"), wait)
}
