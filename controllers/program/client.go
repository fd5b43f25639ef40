package program

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/pullmode/operator/runtime/snapshot"
)

const (
	// DefaultPatience is how long a replica is waited for. One on the same network
	// answers in a millisecond; one that hangs should be known soon.
	DefaultPatience = 2 * time.Second
	// putTimeout bounds the taking of a snapshot, which is written to disk, unless
	// patience lasts longer.
	putTimeout = 15 * time.Second
	// maxAnswer bounds what is read of an answer: a snapshot of 100,000 objects
	// of 500 bytes fits.
	maxAnswer = 64 << 20
)

// Credentials open the admin port of one runtime. All are PEM.
type Credentials struct {
	Authorities, Certificate, Key []byte
	// ServerName is the name in the replicas' certificate. They are reached by
	// address, which no certificate can name.
	ServerName string
}

// Client speaks to the admin ports of one runtime's replicas over mutual TLS. It
// keeps connections open between calls and is safe for concurrent use.
type Client struct {
	http *http.Client
	// patience bounds one read of what a replica serves, and how long one is given
	// to adopt a snapshot.
	patience time.Duration
}

// Dial opens a connection to the address of a replica.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// NewClient makes a client. It fails when the credentials do not parse. Without
// dial, it connects as any program on the network does.
func NewClient(c Credentials, dial Dial) (*Client, error) {
	return newClient(c, dial, DefaultPatience)
}

func newClient(c Credentials, dial Dial, patience time.Duration) (*Client, error) {
	pair, err := tls.X509KeyPair(c.Certificate, c.Key)
	if err != nil {
		return nil, fmt.Errorf("read the client certificate: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(c.Authorities) {
		return nil, errors.New("no certificate authority among the credentials")
	}
	if dial == nil {
		dial = (&net.Dialer{Timeout: patience / 2, KeepAlive: 15 * time.Second}).DialContext
	}
	return &Client{patience: patience, http: &http.Client{Transport: &http.Transport{
		// No proxy: addresses are those of pods.
		DialContext:         dial,
		TLSHandshakeTimeout: patience / 2,
		TLSClientConfig: &tls.Config{
			MinVersion:   tls.VersionTLS13,
			Certificates: []tls.Certificate{pair},
			RootCAs:      roots,
			ServerName:   c.ServerName,
		},
		MaxIdleConnsPerHost: 2,
		IdleConnTimeout:     2 * time.Minute, // longer than the drift interval
	}}}, nil
}

// Close closes the connections that are not in use.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Report asks one replica what it serves.
func (c *Client) Report(ctx context.Context, t Target) (*snapshot.Report, error) {
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	return ask[snapshot.Report](ctx, c, http.MethodGet, t, "configz", nil)
}

// Snapshot reads the snapshot that one replica serves.
func (c *Client) Snapshot(ctx context.Context, t Target) (*snapshot.Update, error) {
	ctx, cancel := context.WithTimeout(ctx, max(putTimeout, c.patience))
	defer cancel()
	return ask[snapshot.Update](ctx, c, http.MethodGet, t, "snapshot", nil)
}

// Put asks one replica to take an encoded snapshot, for all replicas. The error
// is a *Refusal when the runtime said no.
func (c *Client) Put(ctx context.Context, t Target, sequence int64, encoded []byte) (*snapshot.Report, error) {
	ctx, cancel := context.WithTimeout(ctx, max(putTimeout, c.patience))
	defer cancel()
	// The wire form of snapshot.Update, around bytes that are encoded already.
	body, err := json.Marshal(struct {
		Sequence int64           `json:"sequence"`
		Snapshot json.RawMessage `json:"snapshot"`
	}{sequence, encoded})
	if err != nil {
		return nil, fmt.Errorf("encode update: %w", err)
	}
	return ask[snapshot.Report](ctx, c, http.MethodPut, t, "snapshot", body)
}

// ask makes one call and decodes its answer. Its errors say what the replica
// does, as a sentence goes on that begins with its name.
func ask[T any](ctx context.Context, c *Client, method string, t Target, resource string, body []byte) (*T, error) {
	answer, err := c.call(ctx, method, t, resource, body)
	if err != nil {
		return nil, err
	}
	v := new(T)
	if err := json.Unmarshal(answer, v); err != nil {
		return nil, fmt.Errorf("answers for %s what cannot be read: %w", resource, err)
	}
	return v, nil
}

func (c *Client) call(ctx context.Context, method string, t Target, resource string, body []byte) ([]byte, error) {
	header := http.Header{}
	if body != nil {
		header.Set("Content-Type", "application/json")
	}
	res, err := c.Do(ctx, method, t, resource, header, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("answers for %s what cannot be read: %w", resource, err)
	}
	if len(answer) > maxAnswer {
		return nil, fmt.Errorf("answers for %s with more than %d bytes", resource, maxAnswer)
	}
	if res.StatusCode != http.StatusOK {
		return nil, failure(res.StatusCode, answer)
	}
	return answer, nil
}

// Do makes one call of any kind and hands the answer over as it comes, whatever its
// status: for what is too large to be held, and for problems that the caller reads.
// resource may have a query. ctx bounds the whole call, and who calls closes the
// answer's body.
func (c *Client) Do(ctx context.Context, method string, t Target, resource string, header http.Header, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "https://"+t.Addr+"/admin/v1/"+resource, body)
	if err != nil {
		return nil, fmt.Errorf("cannot be asked for %s: %w", resource, err)
	}
	req.Header = header
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("cannot be asked for %s: %w", resource, err)
	}
	return res, nil
}

// failure makes an error of an answer that is not 200: a refusal, or whatever
// else the port says.
func failure(status int, answer []byte) error {
	if status == http.StatusConflict || status == http.StatusUnprocessableEntity {
		refusal := &Refusal{}
		if err := json.Unmarshal(answer, &refusal.Refusal); err == nil && refusal.Reason != "" {
			return refusal
		}
	}
	// Everything else the port says as a problem document.
	var problem struct{ Detail string }
	if err := json.Unmarshal(answer, &problem); err == nil && problem.Detail != "" {
		return fmt.Errorf("answers %d: %s", status, problem.Detail)
	}
	return fmt.Errorf("answers %d: %.256q", status, answer)
}
