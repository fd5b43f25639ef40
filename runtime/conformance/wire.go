package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
)

// caller makes calls to the API in one party's name.
type caller struct {
	http *http.Client
	// bases are the replicas, the caller's own first: the next one is for when it
	// does not answer.
	bases []string
	token string
	// binding is what the caller's feed comes over.
	binding client.Binding
}

// call makes a call and reads the answer into out, which may be nil. The problem is
// what the runtime answered instead; an error means that there was no answer to
// read. What may be so for a moment only (a restart) is tried again until ctx ends:
// every call carries an id or key that keeps a repeat from having a second effect.
func (c *caller) call(ctx context.Context, method, path, key string, body, out any) (http.Header, *protocol.Problem, error) {
	var encoded []byte
	if body != nil {
		var err error
		if encoded, err = json.Marshal(body); err != nil {
			return nil, nil, err
		}
	}
	for attempt := 0; ; attempt++ {
		header, problem, err := c.once(ctx, method, c.base(attempt)+path, key, encoded, out)
		if err == nil && !passing(problem) {
			return header, problem, nil
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			if err == nil {
				err = problem
			}
			return nil, nil, fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
}

// base is where an attempt goes.
func (c *caller) base(attempt int) string { return c.bases[attempt%len(c.bases)] }

func (c *caller) once(ctx context.Context, method, address, key string, body []byte, out any) (http.Header, *protocol.Problem, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, nil, err
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return response.Header, problemOf(response, answer), nil
	}
	if out == nil || len(answer) == 0 {
		return response.Header, nil, nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return nil, nil, fmt.Errorf("%s %s answered %q, which is not what the API says: %w", method, address, answer, err)
	}
	return response.Header, nil, nil
}

func problemOf(response *http.Response, body []byte) *protocol.Problem {
	p := &protocol.Problem{}
	if json.Unmarshal(body, p) != nil || p.Type == "" {
		p = &protocol.Problem{Type: "about:blank", Title: http.StatusText(response.StatusCode), Detail: string(body)}
	}
	p.Status = response.StatusCode
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil {
		p.RetryAfter = time.Duration(seconds) * time.Second
	}
	return p
}

// passing says whether a problem is one of a runtime that starts or stops, or of a
// suite that is in a hurry. That a list is unavailable is an answer.
func passing(p *protocol.Problem) bool {
	if p == nil {
		return false
	}
	switch p.Status {
	case http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusTooManyRequests:
		return true
	case http.StatusServiceUnavailable:
		return p.Type != protocol.ProblemListUnavailable
	}
	return false
}

// is says whether an answer is a certain problem.
func is(p *protocol.Problem, want protocol.ProblemType) bool { return p != nil && p.Type == want }

// said is a problem, or the lack of one, for people.
func said(p *protocol.Problem) string {
	if p == nil {
		return "success"
	}
	return fmt.Sprintf("%d %s (%s)", p.Status, p.Type, p.Error())
}

var errEnded = errors.New("the feed has ended")
