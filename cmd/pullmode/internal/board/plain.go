package board

import (
	"strings"
	"unicode"
)

// plain makes one line of what somebody wrote and keeps it from giving orders to
// the terminal: customers' names and words may hold anything.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case unicode.IsPrint(r):
			return r
		}
		// Control characters, and those that turn the direction of text around.
		return '\uFFFD'
	}, s)
}
