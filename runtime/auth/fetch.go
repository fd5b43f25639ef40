package auth

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

const (
	// fetchTimeout bounds one answer of an issuer. A caller waits this long at
	// worst, and only where the keys it needs are not at hand.
	fetchTimeout = 5 * time.Second
	// maxDocument bounds a discovery document or key set; real ones are below 16 KiB.
	maxDocument = 1 << 20
	// A token with an unknown key makes the key set be read again, so anybody can
	// cause fetches by sending garbage. One a second is the most an issuer sees;
	// the burst covers a start (discovery and keys) and a rotation right after it.
	fetchRate  = rate.Limit(1)
	fetchBurst = 5
)

// fetchError marks every way in which an issuer failed to answer, so that it can
// be told from a token that is wrong.
type fetchError struct{ err error }

func (e *fetchError) Error() string { return e.err.Error() }
func (e *fetchError) Unwrap() error { return e.err }

// fetcher is the only way out to an issuer. It holds what the OpenID Connect
// library leaves open: TLS alone unless allowed otherwise, for the address of the
// keys too; bounded time, size and rate; JSON.
type fetcher struct {
	inner     http.RoundTripper
	allowHTTP bool
	limit     *rate.Limiter
	now       func() time.Time
}

func newClient(config Issuer, now func() time.Time) (*http.Client, error) {
	inner := http.DefaultTransport.(*http.Transport).Clone()
	// Fetches are rare: a connection kept for the next one would only be a
	// goroutine that outlives the configuration.
	inner.DisableKeepAlives = true
	if config.CABundle != "" {
		// In place of the system's roots, not beside them: who names a CA means that one.
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM([]byte(config.CABundle)) {
			return nil, errors.New("caBundle holds no PEM certificate")
		}
		inner.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return &http.Client{Transport: &fetcher{
		inner:     inner,
		allowHTTP: config.AllowHTTP,
		limit:     rate.NewLimiter(fetchRate, fetchBurst),
		now:       now,
	}}, nil
}

// RoundTrip answers only with the whole body of a 200, or with a *fetchError. A
// redirect is no answer: an issuer that moved is configured by its new URL.
func (f *fetcher) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" && !f.allowHTTP {
		return nil, &fetchError{fmt.Errorf("%s is not https, and plain HTTP is not allowed for this issuer", r.URL.Redacted())}
	}
	if !f.limit.AllowN(f.now(), 1) {
		return nil, &fetchError{errors.New("the issuer was asked a moment ago")}
	}
	// Not http.Client's own timeout: that one hides what kind of error it was.
	ctx, cancel := context.WithTimeout(r.Context(), fetchTimeout)
	defer cancel()
	resp, err := f.inner.RoundTrip(r.WithContext(ctx))
	if err != nil {
		return nil, &fetchError{err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	switch {
	case err != nil:
		return nil, &fetchError{err}
	case resp.StatusCode != http.StatusOK:
		return nil, &fetchError{fmt.Errorf("%s answered %s", r.URL.Redacted(), resp.Status)}
	case len(body) > maxDocument:
		return nil, &fetchError{fmt.Errorf("%s answered more than %d bytes", r.URL.Redacted(), maxDocument)}
	case !json.Valid(body):
		return nil, &fetchError{fmt.Errorf("%s did not answer JSON", r.URL.Redacted())}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}
