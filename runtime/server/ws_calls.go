package server

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pullmode/operator/runtime/gate"
	"github.com/pullmode/operator/runtime/protocol"
)

// maxCalls is how many calls of one connection run at once. Further ones are not
// read until one of them is answered.
const maxCalls = 8

// maxID is how long an Idempotency-Key may be.
const maxID = 128

// call runs a client's call beside others. It waits for a place among them. Once the
// session has ended there are none, however long its client takes to read why.
func (c *session) call(m protocol.ClientMessage) error {
	if m.ID == "" || len(m.ID) > maxID {
		return malformed("a call has an id, of at most 128 characters: its answer carries it")
	}
	select {
	case c.slots <- struct{}{}:
	case <-c.ctx.Done():
		return context.Cause(c.ctx)
	}
	if err := cmp.Or(context.Cause(c.ctx), c.conn.Err()); err != nil {
		<-c.slots
		return err
	}
	caller := c.caller
	go func() {
		defer func() { <-c.slots }()
		c.guarded(func() {
			answer := c.server.handle(c.calls, caller, m)
			answer.Type, answer.ID = protocol.MessageAnswer, m.ID
			if err := c.say(answer); err != nil {
				c.end(err)
			}
		})
	}()
	return nil
}

// settle waits for the calls that run, and lets none begin any more.
func (c *session) settle() {
	for range maxCalls {
		c.slots <- struct{}{}
	}
}

// handle gives a call to the handlers of this API, as if it had come in HTTP from an
// agent who has been let in.
func (s *Server) handle(ctx context.Context, caller gate.Caller, m protocol.ClientMessage) protocol.Answer {
	to, err := url.ParseRequestURI(m.Path)
	if err != nil || to.Host != "" || !strings.HasPrefix(to.Path, "/v1/") || to.Path == "/v1/events" || to.Path == socketPath {
		return noSuchCall()
	}
	r := &http.Request{
		Method: m.Method, URL: to, RequestURI: m.Path, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Idempotency-Key": {m.ID}}, Body: http.NoBody,
	}
	if len(m.Body) > 0 {
		r.Header.Set("Content-Type", "application/json")
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(m.Body)), int64(len(m.Body))
	}
	w := &recorder{header: http.Header{}}
	s.handler.ServeHTTP(w, r.WithContext(context.WithValue(ctx, callerKey{}, caller)))
	w.WriteHeader(http.StatusOK)           // where it has not been called
	if w.status >= 300 && w.status < 400 { // the router's, for an address that is not in its plain form
		return noSuchCall()
	}
	wait, _ := strconv.ParseInt(w.header.Get("Retry-After"), 10, 64) // none is 0
	return protocol.Answer{Status: w.status, Body: bytes.TrimSpace(w.body.Bytes()), RetryAfterMs: wait * time.Second.Milliseconds()}
}

func noSuchCall() protocol.Answer {
	p := problem(protocol.ProblemUnknownPath, "a call's path is one of /openapi.json, but not that of a feed")
	body, _ := json.Marshal(p)
	return protocol.Answer{Status: p.Status, Body: body}
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *recorder) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// SetReadDeadline is asked for before a body is read. This one has been.
func (w *recorder) SetReadDeadline(time.Time) error { return nil }
