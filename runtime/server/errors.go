package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/gate"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/observe"
	"github.com/pullmode/operator/runtime/protocol"
)

// The framework's own errors (a body that does not parse, a field that does not
// validate) get the shape of all others. It offers no other place for that than
// this variable of the package.
func init() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		t, known := ofStatus[status]
		if !known {
			t = protocol.ProblemInternal
		}
		p := problem(t, message)
		for _, err := range errs {
			p.Fields = append(p.Fields, fieldOf(err))
		}
		if p.Type == protocol.ProblemMediaType {
			p.Detail = "send the body as Content-Type: application/json"
			p.Fields = nil
		}
		return p
	}
}

// fieldOf keeps where and what, and leaves out the value that the framework
// would repeat: it may be a customer's words.
func fieldOf(err error) protocol.FieldProblem {
	var detailed huma.ErrorDetailer
	if !errors.As(err, &detailed) {
		return protocol.FieldProblem{Message: err.Error()}
	}
	d := detailed.ErrorDetail()
	return protocol.FieldProblem{Location: d.Location, Message: d.Message}
}

// answer turns an error of the packages behind into a problem. One that it does
// not know is a mistake of the runtime: the caller learns the name of the
// occurrence, the log learns what it was.
func (s *Server) answer(ctx context.Context, err error) error {
	var refused *command.Error
	var unauthenticated *auth.Error
	var answered *protocol.Problem
	switch {
	case err == nil:
		return nil
	case errors.As(err, &answered):
		return err
	case errors.Is(err, gate.ErrNoConfiguration):
		return s.notConfigured()
	case errors.As(err, &refused):
		return ofCommand(refused)
	case errors.As(err, &unauthenticated):
		s.Metrics.AuthFailed(string(unauthenticated.Reason))
		return ofAuth(unauthenticated)
	case errors.Is(err, inbox.ErrUnknownList):
		return problem(protocol.ProblemUnknownList, err.Error())
	case ctx.Err() != nil:
		// Nobody reads this: the caller has gone.
		return problem(protocol.ProblemTimeout, "the caller went away")
	}
	return internal(ctx, s.log, err)
}

func internal(ctx context.Context, log *slog.Logger, cause error) *protocol.Problem {
	p := problem(protocol.ProblemInternal, "the runtime made a mistake: its log says more under this request_id")
	p.Instance = "urn:pullmode:request:" + observe.RequestID(ctx)
	log.ErrorContext(ctx, "internal error", "error", cause)
	return p
}

func ofCommand(refused *command.Error) error {
	t, known := ofReason[refused.Reason]
	if !known {
		t = protocol.ProblemInternal
	}
	p := problem(t, refused.Message)
	p.Details = refused.Details
	return retryAfter(p, refused.RetryAfter)
}

func ofAuth(e *auth.Error) error {
	if errors.Is(e, auth.ErrIssuerUnavailable) {
		return retryAfter(problem(protocol.ProblemIssuerUnavailable, e.Detail), e.RetryAfter)
	}
	p := problem(protocol.ProblemInvalidToken, e.Detail)
	p.Details = map[string]any{"reason": e.Reason}
	return huma.ErrorWithHeaders(p, http.Header{"Www-Authenticate": {auth.Challenge(e)}})
}

// retryAfter says when to try again; every 503 does (1 second at least, the
// header knows whole seconds).
func retryAfter(p *protocol.Problem, d time.Duration) error {
	if d <= 0 && p.Status != http.StatusServiceUnavailable {
		return p
	}
	seconds := int(math.Ceil(max(d, time.Second).Seconds()))
	return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {strconv.Itoa(seconds)}})
}

// write answers with a problem outside of the framework's handlers.
func write(w http.ResponseWriter, err error) {
	var p *protocol.Problem
	if !errors.As(err, &p) {
		p = problem(protocol.ProblemInternal, "")
	}
	var headers huma.HeadersError
	if errors.As(err, &headers) {
		for name, values := range headers.GetHeaders() {
			w.Header()[name] = values
		}
	}
	reply(w, p.Status, p.ContentType(""), p)
}

func reply(w http.ResponseWriter, status int, contentType string, body any) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // whoever asked went away
}
