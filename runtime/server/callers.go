package server

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/gate"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/snapshot"
)

type callerKey struct{}

func callerOf(ctx context.Context) gate.Caller { return ctx.Value(callerKey{}).(gate.Caller) }

// agentOnly lets agents in: whoever has a token that the gate takes.
func (s *Server) agentOnly(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	c, admitted := r.Context().Value(callerKey{}).(gate.Caller) // by the WebSocket that the call came in
	if !admitted {
		var err error
		if c, err = s.admit(r); err != nil {
			write(w, err)
			return
		}
	}
	if err := paced(s.Gate.Allow(c.Name)); err != nil {
		write(w, err)
		return
	}
	next(huma.WithValue(ctx, callerKey{}, c))
}

// admit says which agent calls, by the token of the request. Errors are problems.
func (s *Server) admit(r *http.Request) (c gate.Caller, err error) {
	if s.View.Config() == nil { // whoever calls, and with whatever
		return c, s.notConfigured()
	}
	token, err := auth.BearerToken(r)
	if err == nil {
		c, err = s.Gate.Agent(r.Context(), token)
	}
	return c, s.answer(r.Context(), err)
}

// connectorOnly lets the connector of the channel in the path in. A channel that
// does not exist and a wrong key are answered alike and after the same work, so
// that nobody can ask for channels' names.
func (s *Server) connectorOnly(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	config := s.View.Config()
	if config == nil {
		write(w, s.notConfigured())
		return
	}
	key, err := auth.BearerToken(r)
	if err != nil {
		s.Metrics.AuthFailed("no-key")
		write(w, keyRefused("send the channel's key: Authorization: Bearer <key>"))
		return
	}
	channel := config.Channel(ctx.Param("channel"))
	if channel == nil {
		channel = noChannel
	}
	if !auth.KeyMatches(channel.KeyHashes, key) {
		s.Metrics.AuthFailed("key")
		write(w, keyRefused("there is no such channel, or this is not its key"))
		return
	}
	if err := paced(s.Gate.AllowConnector(channel.Name)); err != nil {
		write(w, err)
		return
	}
	next(ctx)
}

// noChannel takes the place of a channel that does not exist. No key is known
// that hashes to what it has.
var noChannel = &snapshot.Channel{KeyHashes: []string{strings.Repeat("0", len(auth.HashKey("")))}}

func keyRefused(detail string) error {
	return huma.ErrorWithHeaders(problem(protocol.ProblemInvalidKey, detail), http.Header{"Www-Authenticate": {"Bearer"}})
}

func (s *Server) notConfigured() error {
	return retryAfter(problem(protocol.ProblemNoConfiguration, gate.ErrNoConfiguration.Error()), 0)
}
