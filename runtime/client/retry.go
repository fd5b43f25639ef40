package client

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
)

// passing says whether the same call may succeed a moment later: the runtime is
// not there, or says that it is not up to it yet. A list that is not available
// is not of that kind: it stays so until somebody changes the configuration.
func passing(err error) bool {
	var p *protocol.Problem
	if errors.As(err, &p) {
		switch p.Status {
		case http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusRequestTimeout, http.StatusTooManyRequests:
			return true
		case http.StatusServiceUnavailable:
			return p.Type != protocol.ProblemListUnavailable
		}
		return false
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var before *url.Error   // no answer
	var within *net.OpError // half of one
	return errors.Is(err, errBroken) || errors.As(err, &before) || errors.As(err, &within) || errors.Is(err, io.ErrUnexpectedEOF)
}

func retryAfter(err error) time.Duration {
	var p *protocol.Problem
	if errors.As(err, &p) {
		return p.RetryAfter
	}
	return 0
}

// backoff doubles from least to most. Half of each wait is chance, so that those
// who were cut off together do not come back together.
type backoff struct {
	least, most, last time.Duration
}

// next is how long to wait; at least as long as the runtime asked for.
func (b *backoff) next(asked time.Duration) time.Duration {
	b.last = min(max(2*b.last, b.least), b.most)
	return asked + b.last/2 + rand.N(b.last/2+1)
}

func (b *backoff) reset() { b.last = 0 }

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
