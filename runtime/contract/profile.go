package contract

import (
	"fmt"
	"time"
)

// Profile is which of the contract's two published versions a desk speaks.
type Profile string

const (
	// ConversationID is the newer one, and what is spoken unless a desk says otherwise:
	// pullModeEvent is a string of JSON, topics are called conversationId, times are
	// milliseconds since 1970.
	ConversationID Profile = "conversationId"
	// TopicID is the older one: pullModeEvent is an object, topics are called topicId,
	// times are ISO 8601.
	TopicID Profile = "topicId"
)

// ParseProfile reads what a desk says of itself; nothing means ConversationID. The
// error is for whoever wrote the desk.
func ParseProfile(s string) (Profile, error) {
	switch p := Profile(s); p {
	case "":
		return ConversationID, nil
	case ConversationID, TopicID:
		return p, nil
	}
	return "", fmt.Errorf("there is no profile %q: connect with %s or %s", s, ConversationID, TopicID)
}

// isoTime is the older profile's times, as its published example has them.
const isoTime = "2006-01-02T15:04:05.000-07:00"

// time is a moment as a list event says it.
func (p Profile) time(t time.Time) any {
	if p == TopicID {
		return t.UTC().Format(isoTime)
	}
	return t.UnixMilli()
}

// older gives a value to the older profile alone, newer to the newer one.
func (p Profile) older(s string) string {
	if p == TopicID {
		return s
	}
	return ""
}

func (p Profile) newer(s string) string {
	if p == TopicID {
		return ""
	}
	return s
}
