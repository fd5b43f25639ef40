package notice

import "testing"

// What a replica says can be of any length, and may be cut within a letter.
func TestShorten(t *testing.T) {
	for name, tc := range map[string]struct {
		message, want string
		most          int
	}{
		"fits":            {"short", "short", 5},
		"does not fit":    {"0123456789", "012 [...]", 9},
		"within a letter": {"ä23456789", "ä [...]", 8},
		"before a letter": {"1ä3456789", "1 [...]", 8},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Shorten(tc.message, tc.most); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}
