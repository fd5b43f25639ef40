package snapshot

import "time"

// The defaults of what a snapshot may leave out. An operator always says it; a
// snapshot of an older one does not.
const (
	DefaultDisconnectGrace  = 60 * time.Second
	DefaultTransferTimeout  = 60 * time.Second
	DefaultMessageMaxLength = 4096
)

// Grace is how long a member may be away (T25, T26).
func (s *Snapshot) Grace() time.Duration {
	return or(s.Sessions.DisconnectGrace, DefaultDisconnectGrace)
}

// OfferTimeout is how long an offer stands (T30, T31).
func (s *Snapshot) OfferTimeout() time.Duration {
	return or(s.TransferTimeout, DefaultTransferTimeout)
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
