package client

import (
	"context"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
)

// renewBefore is how long before the runtime lets go of a token the next one is
// asked for; of one that is short a fifth of its time.
const renewBefore = time.Minute

// renew shows the runtime a new token before the last one has run out, for as long
// as ctx or the connection lasts. A source that gives the same one still, or none,
// is asked again. In the worst case the runtime ends the connection, and the next
// one begins with a token of its own.
func (s *socket) renew(ctx context.Context, tokens TokenSource) {
	var until time.Time
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	for {
		select {
		case w := <-s.welcomes:
			left := time.Duration(w.ExpiresInMs) * time.Millisecond
			if !until.IsZero() && left <= time.Until(until)+time.Second {
				s.token = "" // it could not be judged, and the one before counts: it is shown again
			}
			until = time.Now().Add(left)
			timer.Reset(left - min(renewBefore, left/5))
		case <-timer.C:
			if token, err := tokens(ctx); err == nil && token != s.token {
				s.token = token
				if s.send(protocol.ClientMessage{Type: protocol.MessageToken, Token: token}) != nil {
					return // whoever reads has noticed
				}
			} else if left := time.Until(until); left > 0 {
				timer.Reset(max(left/2, 100*time.Millisecond))
			}
		case <-s.over:
			return
		case <-ctx.Done():
			return
		}
	}
}
