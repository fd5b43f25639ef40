package server

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/snapshot"
)

// caller is the agent who calls, and how long their token counts.
type caller struct {
	inbox.Agent
	until time.Time
}

type callerKey struct{}

func callerOf(ctx context.Context) caller { return ctx.Value(callerKey{}).(caller) }

// agentOnly lets agents in: whoever has a token of an issuer that the snapshot
// trusts. What they may do follows from the snapshot; an agent who may do
// nothing is an agent all the same, with no lists.
func (s *Server) agentOnly(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	config := s.View.Config()
	if config == nil {
		write(w, s.notConfigured())
		return
	}
	s.trust(config)
	token, err := auth.BearerToken(r)
	if err != nil {
		write(w, s.answer(ctx.Context(), err))
		return
	}
	identity, err := s.Verifier.Verify(ctx.Context(), token)
	if err != nil {
		write(w, s.answer(ctx.Context(), err))
		return
	}
	c := caller{
		Agent: inbox.Agent{Name: identity.Name, Groups: identity.Groups},
		until: identity.Expiry.Add(auth.ClockSkew),
	}
	if err := s.Executor.See(ctx.Context(), c.Agent); err != nil {
		write(w, s.answer(ctx.Context(), err))
		return
	}
	next(huma.WithValue(ctx, callerKey{}, c))
}

// trust keeps the verifier to the issuers of the snapshot in force. It is looked at
// with every call rather than followed from aside, so that the first token after a
// snapshot was adopted is judged by it.
func (s *Server) trust(config *snapshot.Index) {
	if s.trusted.Load() == config {
		return
	}
	issuers := make([]auth.Issuer, len(config.Authentication.Issuers))
	for i, issuer := range config.Authentication.Issuers {
		issuers[i] = auth.Issuer(issuer)
	}
	if err := s.Verifier.SetIssuers(issuers); err != nil {
		s.log.Error("an issuer of the snapshot cannot be used: its agents are refused", "error", err)
	}
	s.trusted.Store(config)
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
	next(ctx)
}

// noChannel takes the place of a channel that does not exist. No key is known
// that hashes to what it has.
var noChannel = &snapshot.Channel{KeyHashes: []string{strings.Repeat("0", len(auth.HashKey("")))}}

func keyRefused(detail string) error {
	return huma.ErrorWithHeaders(problem(protocol.ProblemInvalidKey, detail), http.Header{"Www-Authenticate": {"Bearer"}})
}

func (s *Server) notConfigured() error {
	return retryAfter(problem(protocol.ProblemNoConfiguration, "the runtime has not been given its configuration yet"), 0)
}
