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
)

const (
	// fetchTimeout bounds one answer of an issuer. A caller waits for two of them
	// at worst, and only where the keys it needs are not at hand.
	fetchTimeout = 5 * time.Second
	// maxDocument bounds a discovery document or key set; real ones are below 16 KiB.
	maxDocument = 1 << 20
)

// fetcher is the only way out to an issuer. It holds what the OpenID Connect
// library leaves open: TLS alone unless allowed otherwise, for the address of the
// keys too; bounded time and size; JSON.
type fetcher struct {
	inner     http.RoundTripper
	allowHTTP bool
}

func newClient(config Issuer) (*http.Client, error) {
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
	return &http.Client{Transport: &fetcher{inner: inner, allowHTTP: config.AllowHTTP}}, nil
}

// RoundTrip answers only with the whole JSON body of a 200. A redirect is no
// answer: an issuer that moved is configured by its new URL.
func (f *fetcher) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" && !f.allowHTTP {
		return nil, errors.New("it is not https, and plain HTTP is not allowed for this issuer")
	}
	ctx, cancel := context.WithTimeout(r.Context(), fetchTimeout)
	defer cancel()
	resp, err := f.inner.RoundTrip(r.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read its answer: %w", err)
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("it answered %s", resp.Status)
	case len(body) > maxDocument:
		return nil, fmt.Errorf("it answered more than %d bytes", maxDocument)
	case !json.Valid(body):
		return nil, errors.New("it did not answer JSON")
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}
