// Package silence says in words why a peer did not answer.
package silence

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/url"
	"syscall"
)

// Of says what a peer did instead of answering, to go on after its name: "refuses the
// connection". The words are the same each time for the same cause, so that they can
// stand in a condition: no port of ours, no address, no time. What is no matter of the
// network is told in the error's own words.
func Of(err error) string {
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
