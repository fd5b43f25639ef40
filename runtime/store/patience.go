package store

import (
	"context"
	"errors"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	// patience is how long a call that may be repeated is: an election of a leader takes one to three seconds.
	patience = 10 * time.Second
	// attemptTimeout is when a member that does not answer is given up for another one.
	attemptTimeout = 3 * time.Second
	// attemptPause keeps those who ask again from keeping the members busy.
	attemptPause = 50 * time.Millisecond
)

// patiently repeats a call that does no harm when it is done twice for as long as only the moment is wrong for it: a member
// has gone, a leader is being elected.
func patiently[Response any](ctx context.Context, call func(context.Context) (Response, error)) (Response, error) {
	for until := time.Now().Add(patience); ; {
		attempt, cancel := context.WithTimeout(ctx, attemptTimeout)
		response, err := call(attempt)
		cancel()
		if !passing(err) || ctx.Err() != nil || time.Now().After(until) {
			return response, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(attemptPause):
		}
	}
}

// passing reports whether an error is one of the moment.
func passing(err error) bool {
	if err == nil {
		return false
	}
	code := status.Code(err)
	var etcd rpctypes.EtcdError
	if errors.As(rpctypes.Error(err), &etcd) {
		code = etcd.Code()
	}
	return code == codes.Unavailable || code == codes.DeadlineExceeded || errors.Is(err, context.DeadlineExceeded)
}
