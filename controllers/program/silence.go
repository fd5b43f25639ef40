package program

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"syscall"
)

// Silence says in words why a replica did not report; empty when it did.
func (r Reading) Silence() string {
	if r.Err == nil {
		return ""
	}
	return explain(r.Err)
}

// PutError says that a replica could not be handed a snapshot.
type PutError struct {
	Replica string
	Err     error
}

func (e *PutError) Error() string { return fmt.Sprintf("replica %s %s", e.Replica, explain(e.Err)) }

func (e *PutError) Unwrap() error { return e.Err }

// explain says what a replica did instead of answering. The words are the same
// each time for the same cause, so that they can stand in a condition: no port
// of ours, no address.
func explain(err error) string {
	var dns *net.DNSError
	var op *net.OpError
	var address *url.Error
	var timeout net.Error
	var invalid x509.CertificateInvalidError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refuses the connection"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "does not answer in time"
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return "breaks the connection off"
	case errors.As(err, &invalid): // whose own words tell the time
		return "shows a certificate that is not valid now"
	case errors.As(err, &dns):
		return "has an address that does not resolve"
	case errors.As(err, &op):
		return "cannot be reached: " + op.Err.Error()
	case errors.As(err, &address):
		return "cannot be asked: " + address.Err.Error()
	default:
		return err.Error()
	}
}
