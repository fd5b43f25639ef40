package protocol

import (
	"time"

	"github.com/pullmode/operator/runtime/request"
)

// SessionEnd answers a connector that ended a customer's session (T21).
type SessionEnd struct {
	Outcome request.Outcome `json:"outcome" enum:"closed,alreadyClosed"`
}

// EventTokenExpired ends a feed whose token has run out: get a new token and
// connect again from the last cursor.
const EventTokenExpired EventType = "tokenExpired"

// TokenExpired is the last event of a feed whose token has run out.
type TokenExpired struct {
	Type      EventType `json:"type"`
	ExpiredAt time.Time `json:"expiredAt"`
}

// Bookmark says nothing: the cursor that comes with it is its news.
type Bookmark struct {
	Type EventType `json:"type"`
}
