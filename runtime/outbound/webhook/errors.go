package webhook

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"syscall"
	"time"
)

// Error is a message that was not taken.
type Error struct {
	// Final says that the same message to the same target will not be taken later
	// either.
	Final bool
	// Reason is for people: short, and without the URL, which may hold a secret.
	Reason string
	// Status is the answer's; 0 where there was none.
	Status int
	// RetryAfter is how long the receiver asked to be left alone; 0 where it did not.
	RetryAfter time.Duration
	cause      error
}

func (e *Error) Error() string { return e.Reason }

// Unwrap gives the cause, for logs.
func (e *Error) Unwrap() error { return e.cause }

// Rejected says that the receiver itself will not have this message: it answered
// 4xx, other than 408 and 429. Anything else that is Final is about the target.
func (e *Error) Rejected() bool { return e.Final && e.Status >= 400 && e.Status < 500 }

// ofTransport says what a call without an answer means. The words of net/http hold
// the URL, so they are not handed on as they are.
func ofTransport(err error) *Error {
	var refused *refusedError
	var notFound *net.DNSError
	var timeout interface{ Timeout() bool }
	var authority x509.UnknownAuthorityError
	var certificate *tls.CertificateVerificationError
	e := &Error{Reason: "the receiver's connection broke", cause: err}
	switch {
	case errors.As(err, &refused):
		e.Final, e.Reason = true, refused.Error()
	case errors.As(err, &notFound):
		e.Reason = fmt.Sprintf("the receiver's host %s is not found", notFound.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Reason = "nothing listens at the receiver's address"
	case errors.As(err, &authority):
		e.Reason = "the receiver's certificate is of an authority that is not trusted"
	case errors.As(err, &certificate):
		e.Reason = "the receiver's certificate is not accepted"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		e.Reason = "the receiver did not answer in time"
	}
	return e
}

// target reads a configured URL.
func target(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return nil, &Error{Final: true, Reason: "the receiver's URL is none: give http(s)://host[:port]/path"}
	}
	return u, nil
}
