package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	// DefaultTimeout is how long a receiver may take for its answer.
	DefaultTimeout = 10 * time.Second
	// maxAnswer is how much of an answer is read: enough for a problem, and for a
	// connection to be used again.
	maxAnswer = 16 << 10
	// maxReason is how many letters of a receiver's own words are shown.
	maxReason = 200
	// idlePerReceiver is how many connections to one receiver are kept for what
	// comes next: as many as post to it at once.
	idlePerReceiver = 16
)

// Options are what a Poster is made with; the zero value will do.
type Options struct {
	// AllowLoopback lets it post to this machine: for tests and development.
	AllowLoopback bool
	// Refused are addresses that it does not post to, beside those that nobody may
	// reach: the node's and the API server's.
	Refused []netip.Prefix
	// Timeout bounds one attempt. Default DefaultTimeout.
	Timeout time.Duration
	// UserAgent is sent with every message. Default "pullmode".
	UserAgent string
	// Now is the clock of timestamps. Default time.Now.
	Now func() time.Time
}

// Poster posts messages. Its methods may be called from any goroutine.
type Poster struct {
	client    *http.Client
	userAgent string
	now       func() time.Time
}

// NewPoster makes a Poster. It takes no proxy from the environment: behind one, the
// addresses that are dialled would be the proxy's to choose.
func NewPoster(o Options) *Poster {
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.UserAgent == "" {
		o.UserAgent = "pullmode"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	dialer := &net.Dialer{Timeout: o.Timeout, Control: guard{o.AllowLoopback, o.Refused}.control}
	return &Poster{
		userAgent: o.UserAgent,
		now:       o.Now,
		client: &http.Client{
			Timeout: o.Timeout,
			Transport: &http.Transport{
				DialContext:            dialer.DialContext,
				ForceAttemptHTTP2:      true,
				DisableCompression:     true,
				MaxIdleConnsPerHost:    idlePerReceiver,
				IdleConnTimeout:        time.Minute,
				MaxResponseHeaderBytes: maxAnswer,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// CloseIdle closes connections that are kept for further messages.
func (p *Poster) CloseIdle() { p.client.CloseIdleConnections() }

// Target is where a message goes, and what it is signed with.
type Target struct {
	URL  string
	Keys []string
}

// Post sends a message once. It is nil when the receiver took it (2xx), otherwise
// an *Error, or ctx's when that has ended: then it may have been taken.
func (p *Poster) Post(ctx context.Context, to Target, id, contentType string, body []byte) error {
	u, err := target(to.URL)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return &Error{Final: true, Reason: "the receiver's URL cannot be posted to", cause: err}
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", p.userAgent)
	if err := Sign(req.Header, id, p.now(), body, to.Keys); err != nil {
		return &Error{Final: true, Reason: err.Error(), cause: err}
	}
	resp, err := p.client.Do(req)
	switch {
	case ctx.Err() != nil && err != nil:
		return context.Cause(ctx)
	case err != nil:
		return ofTransport(err)
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	answer, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	return p.judge(resp, answer)
}

// judge says what an answer means. That its body breaks off is nothing: the status
// was the answer.
func (p *Poster) judge(resp *http.Response, answer []byte) error {
	status := resp.StatusCode
	e := &Error{Status: status, Reason: fmt.Sprintf("the receiver answered %d %s", status, http.StatusText(status))}
	switch {
	case status >= 200 && status < 300:
		return nil
	case status >= 300 && status < 400:
		e.Final, e.Reason = true, e.Reason+": redirects are not followed, give the address that it moved to"
		return e
	case status == http.StatusRequestTimeout, status == http.StatusTooManyRequests, status >= 500:
		e.RetryAfter = p.retryAfter(resp.Header.Get("Retry-After"))
	default:
		e.Final = true
	}
	if words := problem(resp.Header.Get("Content-Type"), answer); words != "" {
		e.Reason += ": " + words
	}
	return e
}

func (p *Poster) retryAfter(header string) time.Duration {
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(0, at.Sub(p.now()))
	}
	return 0
}

// problem is what a receiver says for people: the detail of a problem document
// (RFC 9457). Any other body is not meant to be shown, and is not.
func problem(contentType string, answer []byte) string {
	if media, _, _ := mime.ParseMediaType(contentType); media != "application/problem+json" {
		return ""
	}
	var said struct{ Title, Detail string }
	if json.Unmarshal(answer, &said) != nil {
		return ""
	}
	words := said.Detail
	if words == "" {
		words = said.Title
	}
	shown := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, words)
	if letters := []rune(shown); len(letters) > maxReason {
		return string(letters[:maxReason]) + "…"
	}
	return shown
}
