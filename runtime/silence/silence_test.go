package silence_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"syscall"
	"testing"

	"github.com/pullmode/operator/runtime/silence"
)

func TestOf(t *testing.T) {
	dial := func(err error) error {
		address := &net.TCPAddr{IP: net.IPv4(10, 0, 0, 7), Port: 41234} // of ours: another one each time
		return &url.Error{Op: "Get", URL: "https://login.example.com", Err: &net.OpError{Op: "read", Net: "tcp", Source: address, Err: err}}
	}
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"nobody listens":        {dial(syscall.ECONNREFUSED), "refuses the connection"},
		"time is up":            {fmt.Errorf("discovery: %w", context.DeadlineExceeded), "does not answer in time"},
		"it hangs":              {dial(timeout{}), "does not answer in time"},
		"it goes away":          {dial(syscall.ECONNRESET), "breaks the connection off"},
		"it ends":               {&url.Error{Op: "Get", Err: io.EOF}, "breaks the connection off"},
		"an old certificate":    {x509.CertificateInvalidError{Reason: x509.Expired, Detail: "current time 2026-01-01"}, "shows a certificate that is not valid now"},
		"no such name":          {dial(&net.DNSError{Err: "no such host", Server: "10.0.0.10:53", IsNotFound: true}), "has an address that does not resolve"},
		"no way there":          {dial(syscall.EHOSTUNREACH), "cannot be reached: no route to host"},
		"an answer of no use":   {&url.Error{Op: "Get", URL: "x", Err: errors.New("it answered 404 Not Found")}, "cannot be asked: it answered 404 Not Found"},
		"not of the network":    {errors.New("waits for its certificates"), "waits for its certificates"},
		"a resolver that hangs": {dial(&net.DNSError{IsTimeout: true}), "does not answer in time"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := silence.Of(tc.err); got != tc.want {
				t.Errorf("it %s, want %s", got, tc.want)
			}
		})
	}
}

type timeout struct{}

func (timeout) Error() string   { return "i/o timeout" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

// The words of one cause stay, whatever ports a try has.
func TestOfIsStable(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer s.Close()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for range 3 {
		_, err := client.Get(s.URL)
		if got := silence.Of(err); got != "breaks the connection off" {
			t.Errorf("it %s: %v", got, err)
		}
	}
}
