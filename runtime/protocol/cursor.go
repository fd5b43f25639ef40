package protocol

import (
	"fmt"
	"strconv"
	"strings"
)

// Cursor is a place in the feed: everything up to Revision of the store's
// History has been had. It is opaque to clients, who store and return its string.
type Cursor struct {
	History  string
	Revision int64
}

func (c Cursor) String() string { return c.History + "." + strconv.FormatInt(c.Revision, 10) }

// ParseCursor reads a cursor's string.
func ParseCursor(s string) (Cursor, error) {
	history, number, found := strings.Cut(s, ".")
	revision, err := strconv.ParseInt(number, 10, 64)
	if !found || err != nil || history == "" || revision < 0 {
		return Cursor{}, fmt.Errorf("%q is no cursor: use one that the feed or an answer gave", s)
	}
	return Cursor{History: history, Revision: revision}, nil
}
