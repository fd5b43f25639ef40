package snapshot

import (
	"slices"
	"time"
)

// The defaults of what a snapshot may leave out.
const (
	DefaultDisconnectGrace  = 60 * time.Second
	DefaultTransferTimeout  = 60 * time.Second
	DefaultMessageMaxLength = 4096
)

// DefaultScopes are what browsers ask an issuer for.
var DefaultScopes = []string{"openid", "profile"}

// The defaults of the rate limits. A person at a desk stays below two calls a second,
// and a busy channel below some hundreds: who is above has a fault, or no good in mind.
var (
	DefaultAgentRate     = Rate{PerSecond: 50, Burst: 100}
	DefaultConnectorRate = Rate{PerSecond: 1000, Burst: 2000}
)

// OmitDefaults leaves out what is what it would be without being said. A runtime that
// is a version older than the operator then takes a snapshot of which nobody uses
// what it does not know. Whoever compiles a snapshot calls it; a runtime does not, as
// the digest of what it was handed is not its to change.
//
// A list's deletion policy stays: without one, a list has lost its target.
func (s *Snapshot) OmitDefaults() {
	omit(&s.Sessions.Policy, SessionAllow)
	omit(&s.Sessions.DisconnectGrace, Duration(DefaultDisconnectGrace))
	omit(&s.TransferTimeout, Duration(DefaultTransferTimeout))
	if s.AgentRate() == DefaultAgentRate {
		s.RateLimits.Agent = nil
	}
	if s.ConnectorRate() == DefaultConnectorRate {
		s.RateLimits.Connector = nil
	}
	for i := range s.Authentication.Issuers {
		issuer := &s.Authentication.Issuers[i]
		omit(&issuer.ClientID, issuer.Audience)
		if slices.Equal(issuer.Scopes, DefaultScopes) {
			issuer.Scopes = nil
		}
	}
	for i := range s.Lists {
		l := &s.Lists[i]
		omit(&l.JoinPolicy, JoinCollaboration)
		omit(&l.ReopenPolicy, ReopenNewRequest)
		omit(&l.RealertPolicy, RealertNever)
		omit(&l.CapacityPolicy, CapacityIgnore)
	}
	for i := range s.Channels {
		omit(&s.Channels[i].MessageMaxLength, DefaultMessageMaxLength)
	}
}

func omit[T comparable](field *T, otherwise T) {
	if *field == otherwise {
		*field = *new(T)
	}
}

// Grace is how long a member may be away (T25, T26).
func (s *Snapshot) Grace() time.Duration {
	return or(s.Sessions.DisconnectGrace, DefaultDisconnectGrace)
}

// OfferTimeout is how long an offer stands (T30, T31).
func (s *Snapshot) OfferTimeout() time.Duration {
	return or(s.TransferTimeout, DefaultTransferTimeout)
}

// AgentRate is how much an agent may ask of a replica, on all their devices.
func (s *Snapshot) AgentRate() Rate { return s.RateLimits.Agent.or(DefaultAgentRate) }

// ConnectorRate is how much the connector of one channel may.
func (s *Snapshot) ConnectorRate() Rate { return s.RateLimits.Connector.or(DefaultConnectorRate) }

func (r *Rate) or(otherwise Rate) Rate {
	if r == nil {
		return otherwise
	}
	return *r
}

// MaxLength bounds an agent's message, in Unicode code points (T32).
func (c *Channel) MaxLength() int {
	if c.MessageMaxLength <= 0 {
		return DefaultMessageMaxLength
	}
	return int(c.MessageMaxLength)
}

// Grab says whether a request belongs to the first who joins it.
func (l *List) Grab() bool { return l.JoinPolicy == JoinGrab }

func or(d Duration, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d.D()
}
