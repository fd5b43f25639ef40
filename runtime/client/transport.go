package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/oauth2"

	"github.com/pullmode/operator/runtime/protocol"
)

// TokenSource gives the token for a call. It is asked before every call and every
// connection of the feed, so it should keep a token until it is about to expire. While
// a WebSocket is there, it is asked before the token of that runs out, and again until
// it gives another one.
type TokenSource func(context.Context) (string, error)

// StaticToken is a source of one token.
func StaticToken(token string) TokenSource {
	return func(context.Context) (string, error) { return token, nil }
}

// OAuth2 takes tokens from an OAuth 2 source: the ID token where there is one,
// since that is what says who an agent is, otherwise the access token.
func OAuth2(source oauth2.TokenSource) TokenSource {
	return func(context.Context) (string, error) {
		token, err := source.Token()
		if err != nil {
			return "", fmt.Errorf("get a token: %w", err)
		}
		if id, ok := token.Extra("id_token").(string); ok && id != "" {
			return id, nil
		}
		return token.AccessToken, nil
	}
}

// Options of a Connector and of an Agent; the zero value will do.
type Options struct {
	// HTTP makes the calls. It must have no Timeout, which would end feeds.
	// Default: a client of its own.
	HTTP *http.Client
	// Attempts is how often a call is made before its failure is given back.
	// Default 4; 1 means no repeats.
	Attempts int
	// UserAgent is sent with every call. Default "pullmode-client".
	UserAgent string
	// Binding is what an Agent's feed comes over. Default SSE.
	Binding Binding
}

// api makes calls to one runtime as one caller.
type api struct {
	base    *url.URL
	token   TokenSource
	options Options
	// dialer opens WebSockets; nil where the binding needs none.
	dialer *websocket.Dialer
	// line is the agent's WebSocket, while it is there: calls go over it.
	line atomic.Pointer[socket]
}

func newAPI(base string, token TokenSource, o Options) (*api, error) {
	u, err := url.Parse(base)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, fmt.Errorf("%q is no address of a runtime: give http(s)://host[:port]", base)
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
	}
	if o.Attempts <= 0 {
		o.Attempts = 4
	}
	if o.UserAgent == "" {
		o.UserAgent = "pullmode-client"
	}
	switch o.Binding {
	case "":
		o.Binding = SSE
	case SSE, WebSocket:
	default:
		return nil, fmt.Errorf("there is no binding %q: use %s or %s", o.Binding, SSE, WebSocket)
	}
	a := &api{base: u, token: token, options: o}
	if o.Binding == WebSocket {
		a.dialer = newDialer(o.HTTP)
	}
	return a, nil
}

// CloseIdle closes connections that are kept for further calls.
func (a *api) CloseIdle() { a.options.HTTP.CloseIdleConnections() }

// call is one call of the API.
type call struct {
	method string
	path   []string // segments, escaped here
	query  url.Values
	header http.Header
	body   any
}

// do makes a call and reads its answer into out, which may be nil. What may have
// failed for the moment only is repeated.
func (a *api) do(ctx context.Context, c call, out any) error {
	var body []byte
	if c.body != nil {
		var err error
		if body, err = json.Marshal(c.body); err != nil {
			return fmt.Errorf("encode the body: %w", err)
		}
	}
	wait := backoff{least: 100 * time.Millisecond, most: 2 * time.Second}
	for attempt := 1; ; attempt++ {
		err := a.once(ctx, c, body, out)
		if err == nil || attempt >= a.options.Attempts || !passing(err) {
			return err
		}
		if sleep(ctx, wait.next(retryAfter(err))) != nil {
			return err
		}
	}
}

func (a *api) once(ctx context.Context, c call, body []byte, out any) error {
	if s := a.line.Load(); s != nil && len(body) <= maxCall {
		if err := s.do(ctx, c, body, out); !errors.Is(err, errElsewhere) {
			return err
		}
	}
	resp, err := a.send(ctx, c, body)
	if err != nil {
		return err
	}
	defer drain(resp.Body)
	if out == nil {
		return nil
	}
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("%w: %w", errBroken, err)
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("read the answer of %s %s: %w", c.method, resp.Request.URL.Path, err)
	}
	return nil
}

// send makes a request. A status of 400 and above is an error.
func (a *api) send(ctx context.Context, c call, body []byte) (*http.Response, error) {
	token, err := a.token(ctx)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, c.method, a.address(c), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, values := range c.header {
		req.Header[name] = values
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("User-Agent", a.options.UserAgent)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := a.options.HTTP.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= http.StatusBadRequest {
		defer drain(resp.Body)
		return nil, problemOf(resp)
	}
	return resp, nil
}

// escaped is the call's path below the runtime's address.
func (c call) escaped() string {
	var b strings.Builder
	for _, segment := range c.path {
		b.WriteString("/" + url.PathEscape(segment))
	}
	return b.String()
}

func (a *api) address(c call) string {
	u := *a.base
	u.RawPath = strings.TrimSuffix(u.EscapedPath(), "/") + c.escaped()
	u.Path, _ = url.PathUnescape(u.RawPath) // escaped above
	u.RawQuery = c.query.Encode()
	return u.String()
}

// maxProblem bounds what is read of an error: a proxy may answer with a page.
const maxProblem = 64 << 10

// problemOf reads an error. What is no problem document (a proxy answered) is
// made one of, with the type "about:blank" and the status.
func problemOf(resp *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxProblem))
	p := &protocol.Problem{}
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if media != "application/problem+json" || json.Unmarshal(body, p) != nil {
		p = &protocol.Problem{Type: "about:blank", Title: http.StatusText(resp.StatusCode)}
	}
	p.Status = resp.StatusCode
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
		p.RetryAfter = time.Duration(seconds) * time.Second
	}
	return p
}

// IsProblem says whether an error is a problem of the type.
func IsProblem(err error, t protocol.ProblemType) bool {
	var p *protocol.Problem
	return errors.As(err, &p) && p.Type == t
}

func drain(body io.ReadCloser) {
	_, _ = io.Copy(io.Discard, io.LimitReader(body, maxProblem)) // so that the connection can be used again
	_ = body.Close()
}
